// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Module} from "./base/Module.sol";
import {Typed} from "./lib/Typed.sol";
import {MyelinDirectory} from "./MyelinDirectory.sol";
import {NodePool} from "./NodePool.sol";
import {NodeStats} from "./NodeStats.sol";
import {ValidatorRegistry} from "./ValidatorRegistry.sol";

/// @title Cognitive rounds: tests of nodes while nobody pays
/// @notice Request → Create → Prepare → Precommit → Commit → End. One node makes a topic, one makes questions of it, several answer: bound
/// first, then revealed. Each stage has a deadline that anyone may enforce; who misses it is marked and the round goes on without it, or fails.
contract Cognitive is Module {
    /// @notice What the round waits for; the last two are ends.
    enum Phase {
        None,
        Create,
        Prepare,
        Precommit,
        Commit,
        Judge,
        Ended,
        Failed
    }

    struct Round {
        address creator;
        Phase phase;
        uint40 dueAt;
        uint8 waiting;
        address preparer;
        bytes32 topicDigest;
        bytes32 questionsDigest;
    }

    struct Answer {
        bool takesPart;
        bytes32 precommit;
        bytes32 answerDigest;
    }

    /// @notice How long each stage may take.
    uint40 public constant STAGE_SECONDS = 5 minutes;
    /// @notice Most nodes that answer in one round.
    uint256 public constant MAX_RESPONDERS = 16;

    ValidatorRegistry private immutable _registry;
    NodePool private immutable _nodes;
    NodeStats private immutable _stats;

    mapping(bytes32 roundId => Round round) public rounds;
    mapping(bytes32 roundId => address[] nodes) private _responders;
    mapping(bytes32 roundId => mapping(address node => Answer answer)) public answers;

    /// @notice A round began.
    event RoundRequested(
        bytes32 indexed roundId, address indexed oracle, address creator, address preparer, address[] responders
    );
    /// @notice A round waits for something else, until then.
    event RoundMoved(bytes32 indexed roundId, Phase phase, bytes32 digest, uint40 dueAt);
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
    /// @notice The stage is over.
    error TooLate(uint256 until);
    /// @notice The stage is not over.
    error NotDue(uint256 dueAt);
    /// @notice Too few or too many nodes, one twice, or one that is not in the pool.
    error BadNodes();
    /// @notice The node said that before.
    error Duplicate(address node);

    constructor(MyelinDirectory directory) Module(directory, directory.cognitive()) {
        _registry = ValidatorRegistry(directory.validators());
        _nodes = NodePool(directory.nodes());
        _stats = NodeStats(directory.stats());
    }

    /// @notice Begins a round. Only the operator of an active validator may; its nodes are in the pool.
    function request(bytes32 salt, address creator, address preparer, address[] calldata responders)
        external
        returns (bytes32 roundId)
    {
        address oracle = _registry.ownerOf(msg.sender);
        ValidatorRegistry.Validator memory v = _registry.validatorOf(oracle);
        bool may = v.operator == msg.sender && v.status == ValidatorRegistry.Status.Active
            && v.jailedUntil <= block.timestamp;
        if (!may) revert NotAllowed(msg.sender);
        roundId = keccak256(abi.encode(oracle, salt));
        if (rounds[roundId].phase != Phase.None) revert RoundExists(roundId);
        uint256 count = responders.length;
        if (count == 0 || count > MAX_RESPONDERS || !_pooled(creator) || !_pooled(preparer)) revert BadNodes();
        for (uint256 i = 0; i < count; ++i) {
            Answer storage a = answers[roundId][responders[i]];
            if (a.takesPart || !_pooled(responders[i])) revert BadNodes();
            a.takesPart = true;
        }
        _responders[roundId] = responders;
        rounds[roundId].creator = creator;
        rounds[roundId].preparer = preparer;
        emit RoundRequested(roundId, oracle, creator, preparer, responders);
        _move(roundId, Phase.Create, bytes32(0));
    }

    /// @notice The creator gives the topic.
    function create(bytes32 roundId, bytes32 topicDigest) external {
        Round storage r = _at(roundId, Phase.Create);
        if (msg.sender != r.creator) revert NotAllowed(msg.sender);
        r.topicDigest = topicDigest;
        _stats.record(msg.sender, NodeStats.Stage.Create, NodeStats.Mark.Success);
        _move(roundId, Phase.Prepare, topicDigest);
    }

    /// @notice The preparer gives the questions.
    function prepare(bytes32 roundId, bytes32 questionsDigest) external {
        Round storage r = _at(roundId, Phase.Prepare);
        if (msg.sender != r.preparer) revert NotAllowed(msg.sender);
        r.questionsDigest = questionsDigest;
        r.waiting = uint8(_responders[roundId].length);
        _stats.record(msg.sender, NodeStats.Stage.Prepare, NodeStats.Mark.Success);
        _move(roundId, Phase.Precommit, questionsDigest);
    }

    /// @notice A responder binds itself: SHA-256 of a salt and its answer's digest.
    function precommit(bytes32 roundId, bytes32 hash) external {
        Round storage r = _at(roundId, Phase.Precommit);
        Answer storage a = answers[roundId][msg.sender];
        if (!a.takesPart || hash == 0) revert NotAllowed(msg.sender);
        if (a.precommit != 0) revert Duplicate(msg.sender);
        a.precommit = hash;
        emit AnswerPrecommitted(roundId, msg.sender, hash);
        _stats.record(msg.sender, NodeStats.Stage.Precommit, NodeStats.Mark.Success);
        if (--r.waiting == 0) _openCommits(roundId, r);
    }

    /// @notice A responder reveals. Another answer than it was bound to takes it out of the round.
    function commit(bytes32 roundId, bytes32 salt, bytes32 answerDigest) external {
        Round storage r = _at(roundId, Phase.Commit);
        Answer storage a = answers[roundId][msg.sender];
        if (!a.takesPart || a.precommit == 0 || answerDigest == 0) revert NotAllowed(msg.sender);
        if (a.answerDigest != 0) revert Duplicate(msg.sender);
        if (sha256(abi.encodePacked(salt, answerDigest)) == a.precommit) {
            a.answerDigest = answerDigest;
            emit AnswerCommitted(roundId, msg.sender, answerDigest);
            _stats.record(msg.sender, NodeStats.Stage.Commit, NodeStats.Mark.Success);
        } else {
            a.takesPart = false;
            emit NodeMissed(roundId, msg.sender, Phase.Commit);
            _stats.record(msg.sender, NodeStats.Stage.Commit, NodeStats.Mark.Invalid);
        }
        if (--r.waiting == 0) _closeCommits(roundId);
    }

    /// @notice Ends a round by a committee's word on its answers; the nodes it names were right or wrong.
    function end(bytes32 roundId, address[] calldata right, address[] calldata wrong, uint256 seats, bytes calldata signatures)
        external
    {
        _at(roundId, Phase.Judge);
        for (uint256 i = 0; i < right.length; ++i) {
            _mark(roundId, right[i], NodeStats.Mark.Success);
        }
        for (uint256 i = 0; i < wrong.length; ++i) {
            _mark(roundId, wrong[i], NodeStats.Mark.Invalid);
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
        if (phase == Phase.Create) _missed(roundId, r.creator, phase, NodeStats.Stage.Create);
        if (phase == Phase.Prepare) _missed(roundId, r.preparer, phase, NodeStats.Stage.Prepare);
        if (phase == Phase.Precommit) {
            _dropSilent(roundId, phase);
            _openCommits(roundId, r);
        } else if (phase == Phase.Commit) {
            _dropSilent(roundId, phase);
            _closeCommits(roundId);
        } else {
            _move(roundId, Phase.Failed, bytes32(0));
        }
    }

    /// @notice The nodes that were asked to answer.
    function respondersOf(bytes32 roundId) external view returns (address[] memory) {
        return _responders[roundId];
    }

    function _openCommits(bytes32 roundId, Round storage r) private {
        uint8 bound;
        address[] storage list = _responders[roundId];
        for (uint256 i = 0; i < list.length; ++i) {
            if (answers[roundId][list[i]].precommit != 0) ++bound;
        }
        r.waiting = bound;
        _move(roundId, bound == 0 ? Phase.Failed : Phase.Commit, bytes32(0));
    }

    function _closeCommits(bytes32 roundId) private {
        address[] storage list = _responders[roundId];
        for (uint256 i = 0; i < list.length; ++i) {
            if (answers[roundId][list[i]].answerDigest != 0) {
                _move(roundId, Phase.Judge, bytes32(0));
                return;
            }
        }
        _move(roundId, Phase.Failed, bytes32(0));
    }

    /// @dev Takes out who has not done what the stage asks for.
    function _dropSilent(bytes32 roundId, Phase phase) private {
        address[] storage list = _responders[roundId];
        for (uint256 i = 0; i < list.length; ++i) {
            Answer storage a = answers[roundId][list[i]];
            bool done = phase == Phase.Precommit ? a.precommit != 0 : a.answerDigest != 0;
            if (done || !a.takesPart) continue;
            a.takesPart = false;
            NodeStats.Stage stage = phase == Phase.Precommit ? NodeStats.Stage.Precommit : NodeStats.Stage.Commit;
            _missed(roundId, list[i], phase, stage);
        }
    }

    function _missed(bytes32 roundId, address node, Phase phase, NodeStats.Stage stage) private {
        emit NodeMissed(roundId, node, phase);
        _stats.record(node, stage, NodeStats.Mark.Timeout);
    }

    function _mark(bytes32 roundId, address node, NodeStats.Mark mark) private {
        Answer storage a = answers[roundId][node];
        if (!a.takesPart || a.answerDigest == 0) revert BadNodes();
        a.takesPart = false;
        _stats.record(node, NodeStats.Stage.Correctness, mark);
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
