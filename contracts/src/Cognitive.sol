// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Module} from "./base/Module.sol";
import {Typed} from "./lib/Typed.sol";
import {MyelinDirectory} from "./MyelinDirectory.sol";
import {NodePool} from "./NodePool.sol";
import {NodeStats} from "./NodeStats.sol";
import {ValidatorRegistry} from "./ValidatorRegistry.sol";

/// @title Cognitive rounds: tests of nodes while nobody pays
/// @notice Request → Create → Prepare → Start → Precommit → Commit → End: the cognitive machine of docs/cognitive.md. A committee says
/// whom the round's draw gives: one node makes a topic, one makes questions of it, several answer: bound first, then revealed; the others of
/// the draw are spares. Each stage has a deadline that anyone may enforce. Who misses it is marked, and the next spare takes its part where
/// that is still possible; else the round goes on without it, or fails.
contract Cognitive is Module {
    /// @notice What the round waits for; the last two are ends.
    enum Phase {
        None,
        Create,
        Prepare,
        Start,
        Precommit,
        Commit,
        Judge,
        Ended,
        Failed
    }

    /// @dev `nextSpare` is a place in the draw; so are `creator` and `preparer`.
    struct Round {
        Phase phase;
        uint40 dueAt;
        uint8 waiting;
        uint8 creator;
        uint8 preparer;
        uint8 nextSpare;
        bytes32 topicDigest;
        bytes32 questionsDigest;
    }

    /// @notice Where an answering node stands.
    enum Part {
        None,
        Asked,
        Started,
        Bound,
        Revealed,
        Out
    }

    struct Answer {
        Part part;
        bytes32 precommit;
        bytes32 answerDigest;
    }

    /// @notice Whether a node can take part: that it does not rest, and can pay.
    struct Means {
        uint40 restsUntil;
        uint256 balanceWei;
    }

    /// @notice A round for each such window of time, at most.
    uint64 public immutable ROUND_SECONDS;
    /// @notice How long each stage may take.
    uint40 public immutable STAGE_SECONDS;
    /// @notice How long a node that took part in a round rests.
    uint40 public immutable COOLDOWN_SECONDS;
    /// @notice Most nodes that answer in one round.
    uint256 public constant MAX_RESPONDERS = 16;
    /// @notice Most nodes of a draw.
    uint256 public constant MAX_DRAWN = 32;

    ValidatorRegistry private immutable _registry;
    NodePool private immutable _nodes;
    NodeStats private immutable _stats;

    mapping(bytes32 roundId => Round round) public rounds;
    mapping(bytes32 roundId => address[] nodes) private _drawn;
    mapping(bytes32 roundId => mapping(address node => Answer answer)) public answers;
    /// @notice Until when a node is not drawn again.
    mapping(address node => uint40 until) public restsUntil;

    /// @notice A round began: of the nodes drawn the first is to create, the second to prepare, the next `responders` to answer.
    event RoundRequested(bytes32 indexed roundId, uint64 indexed number, address[] drawn, uint8 responders);
    /// @notice A round waits for something else, until then.
    event RoundMoved(bytes32 indexed roundId, Phase phase, bytes32 digest, uint40 dueAt);
    /// @notice A spare takes a part, in place of one that missed it.
    event SpareCalled(bytes32 indexed roundId, address indexed node, Phase phase);
    /// @notice A node that is to answer is there.
    event AnswerStarted(bytes32 indexed roundId, address indexed node);
    /// @notice A node is bound to an answer.
    event AnswerPrecommitted(bytes32 indexed roundId, address indexed node, bytes32 precommit);
    /// @notice A node revealed its answer.
    event AnswerCommitted(bytes32 indexed roundId, address indexed node, bytes32 answerDigest);
    /// @notice A node missed its stage, or revealed another answer than it was bound to.
    event NodeMissed(bytes32 indexed roundId, address indexed node, Phase phase);

    /// @notice The round exists already.
    error RoundExists(bytes32 roundId);
    /// @notice The round waits for something else.
    error WrongPhase(bytes32 roundId, Phase phase);
    /// @notice Rounds are of the current window of time, or the one before.
    error WrongRound(uint64 number, uint64 current);
    /// @notice The stage is over.
    error TooLate(uint256 until);
    /// @notice The stage is not over.
    error NotDue(uint256 dueAt);
    /// @notice Too few or too many nodes, one twice, one that is not in the pool, or one that rests.
    error BadNodes();
    /// @notice The node said that before.
    error Duplicate(address node);
    /// @notice A window, a stage or a rest of no time.
    error NoTime();

    /// @dev A network on one machine has shorter windows than one of strangers; ten minutes, five and an hour are usual.
    constructor(MyelinDirectory directory, uint64 roundSeconds, uint40 stageSeconds, uint40 cooldownSeconds)
        Module(directory, directory.cognitive())
    {
        if (roundSeconds == 0 || stageSeconds == 0 || cooldownSeconds == 0) revert NoTime();
        (ROUND_SECONDS, STAGE_SECONDS, COOLDOWN_SECONDS) = (roundSeconds, stageSeconds, cooldownSeconds);
        _registry = ValidatorRegistry(directory.validators());
        _nodes = NodePool(directory.nodes());
        _stats = NodeStats(directory.stats());
    }

    /// @notice The id of a window's round; also what its draw is seeded by, with the randomness of the newest set.
    function roundIdOf(uint64 number) public pure returns (bytes32) {
        return keccak256(abi.encode(Typed.ROUND_REQUEST, number));
    }

    /// @notice Begins the round of a window of time with the nodes that a committee says are its draw; anyone may bring it.
    function request(uint64 number, uint8 responders, address[] calldata nodes, uint256 seats, bytes calldata signatures)
        external
        returns (bytes32 roundId)
    {
        uint64 current = uint64(block.timestamp) / ROUND_SECONDS;
        if (number > current || number + 1 < current) revert WrongRound(number, current);
        roundId = roundIdOf(number);
        Round storage r = rounds[roundId];
        if (r.phase != Phase.None) revert RoundExists(roundId);
        uint256 taking = 2 + uint256(responders);
        if (responders == 0 || responders > MAX_RESPONDERS || nodes.length < taking || nodes.length > MAX_DRAWN) {
            revert BadNodes();
        }
        for (uint256 i = 0; i < nodes.length; ++i) {
            address node = nodes[i];
            if (!_pooled(node) || restsUntil[node] > block.timestamp) revert BadNodes();
            for (uint256 j = 0; j < i; ++j) {
                if (nodes[j] == node) revert BadNodes();
            }
        }
        for (uint256 i = 0; i < taking; ++i) {
            _take(roundId, nodes[i], i > 1);
        }
        _drawn[roundId] = nodes;
        (r.preparer, r.nextSpare) = (1, uint8(taking));
        emit RoundRequested(roundId, number, nodes, responders);
        _move(roundId, Phase.Create, bytes32(0));
        bytes32 content =
            keccak256(abi.encode(Typed.ROUND_REQUEST, roundId, keccak256(abi.encodePacked(nodes)), responders));
        _registry.requireVerdict(_registry.setVersion(), Typed.ROUND_REQUEST, roundId, content, seats, signatures);
    }

    /// @notice The creator gives the topic.
    function create(bytes32 roundId, bytes32 topicDigest) external {
        Round storage r = _at(roundId, Phase.Create);
        if (msg.sender != _drawn[roundId][r.creator]) revert NotAllowed(msg.sender);
        r.topicDigest = topicDigest;
        _stats.record(msg.sender, NodeStats.Stage.Create, NodeStats.Mark.Success);
        _move(roundId, Phase.Prepare, topicDigest);
    }

    /// @notice The preparer gives the questions.
    function prepare(bytes32 roundId, bytes32 questionsDigest) external {
        Round storage r = _at(roundId, Phase.Prepare);
        if (msg.sender != _drawn[roundId][r.preparer]) revert NotAllowed(msg.sender);
        r.questionsDigest = questionsDigest;
        r.waiting = uint8(_count(roundId, Part.Asked));
        _stats.record(msg.sender, NodeStats.Stage.Prepare, NodeStats.Mark.Success);
        _move(roundId, Phase.Start, questionsDigest);
    }

    /// @notice A node that is to answer says that it is there and has the questions.
    function start(bytes32 roundId) external {
        Round storage r = _at(roundId, Phase.Start);
        Answer storage a = answers[roundId][msg.sender];
        if (a.part == Part.Started) revert Duplicate(msg.sender);
        if (a.part != Part.Asked) revert NotAllowed(msg.sender);
        a.part = Part.Started;
        emit AnswerStarted(roundId, msg.sender);
        _stats.record(msg.sender, NodeStats.Stage.Start, NodeStats.Mark.Success);
        if (--r.waiting == 0) _openPrecommits(roundId, r);
    }

    /// @notice A responder binds itself: SHA-256 of a salt and its answer's digest.
    function precommit(bytes32 roundId, bytes32 hash) external {
        Round storage r = _at(roundId, Phase.Precommit);
        Answer storage a = answers[roundId][msg.sender];
        if (a.part == Part.Bound) revert Duplicate(msg.sender);
        if (a.part != Part.Started || hash == 0) revert NotAllowed(msg.sender);
        (a.part, a.precommit) = (Part.Bound, hash);
        emit AnswerPrecommitted(roundId, msg.sender, hash);
        _stats.record(msg.sender, NodeStats.Stage.Precommit, NodeStats.Mark.Success);
        if (--r.waiting == 0) _openCommits(roundId, r);
    }

    /// @notice A responder reveals. Another answer than it was bound to takes it out of the round.
    function commit(bytes32 roundId, bytes32 salt, bytes32 answerDigest) external {
        Round storage r = _at(roundId, Phase.Commit);
        Answer storage a = answers[roundId][msg.sender];
        if (a.part == Part.Revealed) revert Duplicate(msg.sender);
        if (a.part != Part.Bound || answerDigest == 0) revert NotAllowed(msg.sender);
        if (sha256(abi.encodePacked(salt, answerDigest)) == a.precommit) {
            (a.part, a.answerDigest) = (Part.Revealed, answerDigest);
            emit AnswerCommitted(roundId, msg.sender, answerDigest);
            _stats.record(msg.sender, NodeStats.Stage.Commit, NodeStats.Mark.Success);
        } else {
            a.part = Part.Out;
            emit NodeMissed(roundId, msg.sender, Phase.Commit);
            _stats.record(msg.sender, NodeStats.Stage.Commit, NodeStats.Mark.Invalid);
        }
        if (--r.waiting == 0) _closeCommits(roundId);
    }

    /// @notice Ends a round by a committee's word on what was made in it; the nodes it names were right or wrong: who revealed, created or prepared.
    /// Who is not named was neither.
    function end(bytes32 roundId, address[] calldata right, address[] calldata wrong, uint256 seats, bytes calldata signatures)
        external
    {
        _at(roundId, Phase.Judge);
        uint256 makers;
        for (uint256 i = 0; i < right.length; ++i) {
            makers = _mark(roundId, right[i], NodeStats.Mark.Success, makers);
        }
        for (uint256 i = 0; i < wrong.length; ++i) {
            makers = _mark(roundId, wrong[i], NodeStats.Mark.Invalid, makers);
        }
        bytes32 resultDigest = keccak256(abi.encode(right, wrong));
        _move(roundId, Phase.Ended, resultDigest);
        bytes32 content = keccak256(abi.encode(Typed.ROUND_RESULT, roundId, resultDigest));
        _registry.requireVerdict(_registry.setVersion(), Typed.ROUND_RESULT, roundId, content, seats, signatures);
    }

    /// @notice Closes a stage whose time is over; anyone may.
    function enforce(bytes32 roundId) external {
        Round storage r = rounds[roundId];
        Phase phase = r.phase;
        if (phase == Phase.None || phase >= Phase.Ended) revert WrongPhase(roundId, phase);
        if (block.timestamp < r.dueAt) revert NotDue(r.dueAt);
        if (phase == Phase.Create) {
            _missed(roundId, _drawn[roundId][r.creator], phase, NodeStats.Stage.Create);
            if (_again(roundId, r, phase)) r.creator = r.nextSpare - 1;
        } else if (phase == Phase.Prepare) {
            _missed(roundId, _drawn[roundId][r.preparer], phase, NodeStats.Stage.Prepare);
            if (_again(roundId, r, phase)) r.preparer = r.nextSpare - 1;
        } else if (phase == Phase.Start) {
            _enforceStart(roundId, r);
        } else if (phase == Phase.Precommit) {
            _dropSilent(roundId, phase, Part.Started, NodeStats.Stage.Precommit);
            _openCommits(roundId, r);
        } else if (phase == Phase.Commit) {
            _dropSilent(roundId, phase, Part.Bound, NodeStats.Stage.Commit);
            _closeCommits(roundId);
        } else {
            _move(roundId, Phase.Failed, bytes32(0));
        }
    }

    /// @notice The nodes of a round, in the order they were drawn.
    function drawnOf(bytes32 roundId) external view returns (address[] memory) {
        return _drawn[roundId];
    }

    /// @notice Until when each of several nodes rests, and what its account holds: who draws asks this of all that are free.
    function meansOf(address[] calldata nodes) external view returns (Means[] memory means) {
        means = new Means[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            means[i] = Means(restsUntil[nodes[i]], nodes[i].balance);
        }
    }

    /// @dev A spare takes over the stage that was missed, with all of its time; without one the round fails.
    function _again(bytes32 roundId, Round storage r, Phase phase) private returns (bool called) {
        called = r.nextSpare < _drawn[roundId].length;
        if (called) _call(roundId, r, phase, false);
        _move(roundId, called ? phase : Phase.Failed, bytes32(0));
    }

    /// @dev As many spares as there are for those who are not there, with all of the stage's time; else it goes on with who is.
    function _enforceStart(bytes32 roundId, Round storage r) private {
        uint256 silent = _dropSilent(roundId, Phase.Start, Part.Asked, NodeStats.Stage.Start);
        uint8 called;
        for (; called < silent && r.nextSpare < _drawn[roundId].length; ++called) {
            _call(roundId, r, Phase.Start, true);
        }
        if (called == 0) {
            _openPrecommits(roundId, r);
            return;
        }
        r.waiting = called;
        _move(roundId, Phase.Start, bytes32(0));
    }

    function _call(bytes32 roundId, Round storage r, Phase phase, bool answers_) private {
        address spare = _drawn[roundId][r.nextSpare++];
        _take(roundId, spare, answers_);
        emit SpareCalled(roundId, spare, phase);
    }

    function _take(bytes32 roundId, address node, bool answers_) private {
        restsUntil[node] = uint40(block.timestamp) + COOLDOWN_SECONDS;
        if (answers_) answers[roundId][node].part = Part.Asked;
    }

    function _openPrecommits(bytes32 roundId, Round storage r) private {
        r.waiting = uint8(_count(roundId, Part.Started));
        _move(roundId, r.waiting == 0 ? Phase.Failed : Phase.Precommit, bytes32(0));
    }

    function _openCommits(bytes32 roundId, Round storage r) private {
        r.waiting = uint8(_count(roundId, Part.Bound));
        _move(roundId, r.waiting == 0 ? Phase.Failed : Phase.Commit, bytes32(0));
    }

    function _closeCommits(bytes32 roundId) private {
        _move(roundId, _count(roundId, Part.Revealed) == 0 ? Phase.Failed : Phase.Judge, bytes32(0));
    }

    function _count(bytes32 roundId, Part part) private view returns (uint256 count) {
        address[] storage list = _drawn[roundId];
        for (uint256 i = 2; i < list.length; ++i) {
            if (answers[roundId][list[i]].part == part) ++count;
        }
    }

    /// @dev Takes out who has not done what the stage asks for.
    function _dropSilent(bytes32 roundId, Phase phase, Part still, NodeStats.Stage stage) private returns (uint256 silent) {
        address[] storage list = _drawn[roundId];
        for (uint256 i = 2; i < list.length; ++i) {
            Answer storage a = answers[roundId][list[i]];
            if (a.part != still) continue;
            a.part = Part.Out;
            ++silent;
            _missed(roundId, list[i], phase, stage);
        }
    }

    function _missed(bytes32 roundId, address node, Phase phase, NodeStats.Stage stage) private {
        emit NodeMissed(roundId, node, phase);
        _stats.record(node, stage, NodeStats.Mark.Timeout);
    }

    /// @dev Each once: who answered is out afterwards; who created or prepared is told by a bit of `makers`.
    function _mark(bytes32 roundId, address node, NodeStats.Mark mark, uint256 makers) private returns (uint256) {
        Answer storage a = answers[roundId][node];
        if (a.part == Part.Revealed) {
            a.part = Part.Out;
        } else {
            Round storage r = rounds[roundId];
            address[] storage list = _drawn[roundId];
            uint256 bit = node == list[r.creator] ? 1 : node == list[r.preparer] ? 2 : 0;
            if (bit == 0 || makers & bit != 0) revert BadNodes();
            makers |= bit;
        }
        _stats.record(node, NodeStats.Stage.Correctness, mark);
        return makers;
    }

    function _at(bytes32 roundId, Phase phase) private view returns (Round storage r) {
        r = rounds[roundId];
        if (r.phase != phase) revert WrongPhase(roundId, r.phase);
        if (block.timestamp >= r.dueAt) revert TooLate(r.dueAt);
    }

    function _move(bytes32 roundId, Phase phase, bytes32 digest) private {
        Round storage r = rounds[roundId];
        r.phase = phase;
        r.dueAt = uint40(block.timestamp) + STAGE_SECONDS;
        emit RoundMoved(roundId, phase, digest, r.dueAt);
    }

    function _pooled(address node) private view returns (bool) {
        NodePool.Standing standing = _nodes.nodeOf(node).standing;
        return standing == NodePool.Standing.Qualified || standing == NodePool.Standing.Unqualified;
    }
}
