// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Module} from "./base/Module.sol";
import {Brief, Seat, Tail, Terms} from "./lib/Terms.sol";
import {Draw} from "./lib/Draw.sol";
import {Typed} from "./lib/Typed.sol";
import {InferencePayment} from "./InferencePayment.sol";
import {MyelinDirectory} from "./MyelinDirectory.sol";
import {NodeStats} from "./NodeStats.sol";
import {Param, Parameters} from "./Parameters.sol";
import {ValidatorRegistry} from "./ValidatorRegistry.sol";

/// @title The task machine on chain, for clients without a gateway
/// @notice A session whose gateway is this contract has its tasks here. The machine is that of docs/state-machines.md for tasks that do not
/// stream: a search for another node is answered in the same transaction by the next one of the task's draw, and a stored receipt is the
/// transaction that completes. Deadlines are enforced by whoever calls; nothing happens by itself.
contract SessionQueue is Module {
    /// @notice Where a task stands; the last three are ends.
    enum Phase {
        None,
        Queued,
        Dispatched,
        Acked,
        Precommitted,
        Committed,
        Completed,
        Failed,
        Cancelled
    }

    /// @notice Where an offer to a node stands.
    enum Stage {
        Offered,
        Acked,
        Precommitted,
        Committed,
        Gone
    }

    /// @notice What can be enforced once its time is over.
    enum Deadline {
        Task,
        Ack,
        Precommit,
        Commit,
        Validate
    }

    /// @notice Why an offer was given up.
    enum Loss {
        Left,
        NoAck,
        NoPrecommit,
        NoCommit,
        BadReveal,
        WrongCount,
        Promoted
    }

    /// @notice Why a task failed.
    enum Failure {
        DeadlineExceeded,
        NoNodeLeft,
        ValidationRejected,
        ValidationTimedOut
    }

    struct Ledger {
        address client;
        uint40 expiresAt;
        uint16 openTasks;
        uint8 redundancy;
        bool finished;
        uint32 tasks;
        uint32 maxTasks;
        uint128 availableWei;
        uint128 inputWei;
        uint128 outputWei;
        uint64 validatorSet;
        bytes32 seed;
    }

    struct Task {
        bytes32 sessionId;
        bytes32 specDigest;
        uint128 heldWei;
        uint128 order;
        uint32 maxPromptTokens;
        uint32 maxOutputTokens;
        uint40 deadlineAt;
        uint40 precommitDueAt;
        uint40 commitDueAt;
        uint40 validateDueAt;
        uint8 next;
        Phase phase;
    }

    struct Attempt {
        address node;
        uint8 seat;
        Stage stage;
        bool primary;
        bool revealAsked;
        uint40 ackDueAt;
        bytes32 precommit;
        bytes32 statement;
        uint32 promptTokens;
        uint32 outputTokens;
    }

    /// @notice What a node reveals; the rest of its TaskCommit is known here.
    struct Reveal {
        bytes32 salt;
        bytes32 streamHead;
        bytes32 outputDigest;
        bytes32 evidenceDigest;
        uint32 promptTokens;
        uint32 outputTokens;
        uint8 finishReason;
    }

    /// @notice Most tasks of a session that are not ended.
    uint16 public constant MAX_OPEN_TASKS = 64;
    /// @notice Most offers of one task, and most nodes it runs on at once.
    uint256 public constant MAX_ATTEMPTS = 8;
    /// @notice Longest time a task may have.
    uint40 public constant MAX_TASK_SECONDS = 1 days;
    /// @notice The purpose of the draw that orders a session's nodes for a task.
    bytes32 public constant TASK_NODES_PURPOSE = keccak256("myelin/select/task-nodes/1");

    Parameters private immutable _parameters;
    ValidatorRegistry private immutable _registry;
    InferencePayment private immutable _payment;
    NodeStats private immutable _stats;

    mapping(bytes32 sessionId => Ledger ledger) private _ledgers;
    mapping(bytes32 sessionId => Seat[] seats) private _seats;
    mapping(bytes32 taskId => Task task) private _tasks;
    mapping(bytes32 taskId => Attempt[] attempts) private _attempts;

    /// @notice A session's tasks can be queued.
    event SessionStarted(bytes32 indexed sessionId, address indexed client);
    /// @notice A session ended, and what was left went back.
    event SessionFinished(bytes32 indexed sessionId);
    /// @notice A task waits for its nodes. `clientReference` is the client's; `spec` may be empty when nodes know it from elsewhere.
    event TaskQueued(
        bytes32 indexed taskId, bytes32 indexed sessionId, bytes32 indexed clientReference, bytes32 specDigest, bytes spec, uint40 deadlineAt
    );
    /// @notice A task is offered to a node, which acks until then.
    event TaskAssigned(bytes32 indexed taskId, address indexed node, uint256 attempt, bool primary, uint40 ackDueAt);
    /// @notice A node took a task on.
    event TaskAcked(bytes32 indexed taskId, address indexed node, uint256 attempt);
    /// @notice A node is bound to an answer.
    event TaskPrecommitted(bytes32 indexed taskId, address indexed node, uint256 attempt, bytes32 precommit);
    /// @notice Everybody is bound: reveal until then.
    event TaskAllPrecommitted(bytes32 indexed taskId, uint40 commitDueAt);
    /// @notice A node revealed truly. `output` may be empty when the client gets it elsewhere.
    event TaskCommitted(bytes32 indexed taskId, address indexed node, uint256 attempt, Reveal reveal, bytes output);
    /// @notice Everybody revealed: a verdict is due until then.
    event TaskAllCommitted(bytes32 indexed taskId, bytes32 commitsDigest, uint40 validateDueAt);
    /// @notice A node is out of a task.
    event NodeLost(bytes32 indexed taskId, address indexed node, uint256 attempt, Loss loss);
    /// @notice A task ended well and was paid.
    event TaskCompleted(bytes32 indexed taskId, bytes32 indexed sessionId, uint256 spentWei);
    /// @notice A task ended and costs nothing.
    event TaskFailed(bytes32 indexed taskId, bytes32 indexed sessionId, Failure failure);
    /// @notice The client cancelled a task; it costs nothing.
    event TaskCancelled(bytes32 indexed taskId, bytes32 indexed sessionId);

    /// @notice The session is not one of this queue, or not active, or these are not its terms.
    error BadSession(bytes32 sessionId);
    /// @notice The same was said before.
    error Duplicate(bytes32 id);
    /// @notice The session expired.
    error PastExpiry(uint256 until);
    /// @notice The session's number of tasks is used up by those that are open or were paid, or too many are open.
    error TaskLimit(uint256 limit);
    /// @notice The task may cost more than what is left.
    error OverBudget(uint256 heldWei, uint256 availableWei);
    /// @notice The task's time is nothing, or too long.
    error BadDeadline(uint256 deadlineAt);
    /// @notice The data do not hash to the digest.
    error BadData();
    /// @notice The client did not sign this.
    error BadClientSignature();
    /// @notice No such task.
    error UnknownTask(bytes32 taskId);
    /// @notice The task ended before.
    error AlreadyEnded(bytes32 taskId, Phase phase);
    /// @notice The call belongs to another phase.
    error WrongPhase(bytes32 taskId, Phase phase);
    /// @notice No offer of that number went to that node.
    error UnknownAttempt(bytes32 taskId, uint256 attempt);
    /// @notice The offer was given up.
    error NodeGone(uint256 attempt);
    /// @notice Something must come first.
    error OutOfOrder(uint256 attempt, Stage stage);
    /// @notice The node was not asked to reveal yet.
    error RevealNotAsked(uint256 attempt);
    /// @notice Everything was revealed: the work is settled, not cancelled.
    error TooLate(bytes32 taskId);
    /// @notice That deadline does not stand.
    error StaleDeadline(Deadline kind);
    /// @notice That deadline has not passed.
    error NotDue(uint256 dueAt);
    /// @notice Tasks are open.
    error TasksOpen(uint256 count);

    constructor(MyelinDirectory directory) Module(directory, directory.queue()) {
        _parameters = Parameters(directory.parameters());
        _registry = ValidatorRegistry(directory.validators());
        _payment = InferencePayment(directory.payment());
        _stats = NodeStats(directory.stats());
    }

    // Sessions.

    /// @notice Takes a session of this queue on, once; anyone may show its terms.
    function start(Brief calldata brief, Tail calldata tail) external {
        bytes32 id = brief.sessionId;
        if (_ledgers[id].client != address(0)) revert Duplicate(id);
        bool mine = brief.head.gateway == address(this) && Terms.digest(tail) == brief.tailDigest;
        if (!mine || tail.redundancy > MAX_ATTEMPTS || !_payment.isActive(brief)) revert BadSession(id);
        _ledgers[id] = Ledger({
            client: brief.head.client,
            expiresAt: brief.head.expiresAt,
            openTasks: 0,
            redundancy: tail.redundancy == 0 ? 1 : uint8(tail.redundancy),
            finished: false,
            tasks: 0,
            maxTasks: brief.head.maxTasks,
            availableWei: brief.head.budgetWei,
            inputWei: tail.inputWei,
            outputWei: tail.outputWei,
            validatorSet: tail.validatorSet,
            seed: tail.seed
        });
        for (uint256 i = 0; i < brief.seats.length; ++i) {
            _seats[id].push(brief.seats[i]);
        }
        emit SessionStarted(id, brief.head.client);
    }

    /// @notice Ends a session with no open task: its client at any time, anyone after its expiry. What is left goes back to the client.
    function finish(Brief calldata brief) external {
        Ledger storage ledger = _ledgers[brief.sessionId];
        bool expired = block.timestamp >= brief.head.expiresAt;
        if (msg.sender != brief.head.client && !expired) revert NotAllowed(msg.sender);
        if (ledger.openTasks > 0) revert TasksOpen(ledger.openTasks);
        ledger.client = brief.head.client;
        ledger.finished = true;
        emit SessionFinished(brief.sessionId);
        _payment.finishQueue(brief);
    }

    // Tasks: the client.

    /// @notice The id of a session's task with this clientReference.
    function taskIdOf(bytes32 sessionId, bytes32 clientReference) public pure returns (bytes32) {
        return keccak256(abi.encode(sessionId, clientReference));
    }

    /// @notice Queues a task. Its highest cost is held from the session's budget until it ends.
    function enqueue(
        bytes32 sessionId,
        bytes32 clientReference,
        bytes32 specDigest,
        bytes calldata spec,
        uint32 maxPromptTokens,
        uint32 maxOutputTokens,
        uint40 deadlineAt
    ) external returns (bytes32 taskId) {
        if (msg.sender != _ledgers[sessionId].client) revert NotAllowed(msg.sender);
        taskId = _enqueue(sessionId, clientReference, specDigest, maxPromptTokens, maxOutputTokens, deadlineAt);
        _announce(taskId, clientReference, spec);
    }

    /// @notice Queues a task that the client signed as `TaskRequest`.
    function enqueueFor(
        bytes32 sessionId,
        bytes32 clientReference,
        bytes32 specDigest,
        bytes calldata spec,
        uint32 maxPromptTokens,
        uint32 maxOutputTokens,
        uint40 deadlineAt,
        bytes calldata signature
    ) external returns (bytes32 taskId) {
        _requireClient(
            sessionId,
            keccak256(
                abi.encode(
                    Typed.TASK_REQUEST, sessionId, clientReference, specDigest, maxPromptTokens, maxOutputTokens, deadlineAt
                )
            ),
            signature
        );
        taskId = _enqueue(sessionId, clientReference, specDigest, maxPromptTokens, maxOutputTokens, deadlineAt);
        _announce(taskId, clientReference, spec);
    }

    /// @notice Cancels a task that not everybody has revealed.
    function cancel(bytes32 taskId) external {
        Task storage t = _live(taskId);
        if (msg.sender != _ledgers[t.sessionId].client) revert NotAllowed(msg.sender);
        _cancel(taskId, t);
    }

    /// @notice Cancels a task for its client, who signed `TaskCancel`.
    function cancelFor(bytes32 taskId, bytes calldata signature) external {
        Task storage t = _live(taskId);
        _requireClient(t.sessionId, keccak256(abi.encode(Typed.TASK_CANCEL, taskId)), signature);
        _cancel(taskId, t);
    }

    // Tasks: the nodes.

    /// @notice Draws the task's nodes from the session's and offers it to the first; anyone may call.
    function assign(bytes32 taskId) external {
        Task storage t = _live(taskId);
        if (t.phase != Phase.Queued) revert WrongPhase(taskId, t.phase);
        Ledger storage ledger = _ledgers[t.sessionId];
        t.order = _order(keccak256(abi.encode(ledger.seed, taskId)), _seats[t.sessionId]);
        uint256 count = ledger.redundancy;
        for (uint256 i = 0; i < count; ++i) {
            _offerNext(taskId, t, i == 0);
        }
        t.phase = Phase.Dispatched;
    }

    /// @notice A node takes an offer on.
    function ack(bytes32 taskId, uint256 attempt) external {
        (Task storage t, Attempt storage a) = _mine(taskId, attempt);
        if (a.stage != Stage.Offered) revert Duplicate(taskId);
        a.stage = Stage.Acked;
        a.ackDueAt = 0;
        if (a.primary) t.precommitDueAt = _in(Param.PrecommitSeconds);
        emit TaskAcked(taskId, msg.sender, attempt);
        _advance(taskId, t);
    }

    /// @notice A node refuses an offer, or gives up.
    function giveUp(bytes32 taskId, uint256 attempt) external {
        (Task storage t, Attempt storage a) = _mine(taskId, attempt);
        if (a.stage == Stage.Committed) revert Duplicate(taskId);
        _lose(taskId, t, attempt, Loss.Left);
        _advance(taskId, t);
    }

    /// @notice A node binds itself: SHA-256 of a salt and the EIP-712 hash of its TaskCommit.
    function precommit(bytes32 taskId, uint256 attempt, bytes32 hash) external {
        (Task storage t, Attempt storage a) = _mine(taskId, attempt);
        if (a.stage == Stage.Precommitted || a.stage == Stage.Committed) revert Duplicate(taskId);
        if (a.stage != Stage.Acked) revert OutOfOrder(attempt, a.stage);
        a.stage = Stage.Precommitted;
        a.precommit = hash;
        emit TaskPrecommitted(taskId, msg.sender, attempt, hash);
        _advance(taskId, t);
    }

    /// @notice A node reveals. What does not hash to its precommit costs it the task.
    /// @param output the answer, or nothing when the client gets it elsewhere; it must hash to the output digest
    function commit(bytes32 taskId, uint256 attempt, Reveal calldata reveal, bytes calldata output) external {
        (Task storage t, Attempt storage a) = _mine(taskId, attempt);
        if (a.stage == Stage.Committed) revert Duplicate(taskId);
        if (a.stage != Stage.Precommitted) revert OutOfOrder(attempt, a.stage);
        if (!a.revealAsked) revert RevealNotAsked(attempt);
        if (output.length > 0 && sha256(output) != reveal.outputDigest) revert BadData();
        bytes32 statement = statementOf(taskId, attempt, reveal);
        if (sha256(abi.encodePacked(reveal.salt, statement)) != a.precommit) {
            _lose(taskId, t, attempt, Loss.BadReveal);
        } else if (reveal.promptTokens > t.maxPromptTokens || reveal.outputTokens > t.maxOutputTokens) {
            _lose(taskId, t, attempt, Loss.WrongCount);
        } else {
            a.stage = Stage.Committed;
            a.statement = statement;
            a.promptTokens = reveal.promptTokens;
            a.outputTokens = reveal.outputTokens;
            emit TaskCommitted(taskId, msg.sender, attempt, reveal, output);
        }
        _advance(taskId, t);
    }

    // Tasks: validators, and anyone.

    /// @notice Applies the verdict of the session's committee, and pays when it accepts.
    function validate(bytes32 taskId, bool accepted, uint256 seats, bytes calldata signatures) external {
        Task storage t = _live(taskId);
        if (t.phase != Phase.Committed) revert WrongPhase(taskId, t.phase);
        Ledger storage ledger = _ledgers[t.sessionId];
        address[] memory signers = _registry.requireSeated(
            ledger.seed, ledger.validatorSet, Typed.TASK_VERDICT, taskId, verdictOf(taskId, accepted), seats, signatures
        );
        if (accepted) _complete(taskId, t, signers);
        else _fail(taskId, t, Failure.ValidationRejected);
    }

    /// @notice Enforces a deadline that has passed; anyone may.
    /// @param attempt which offer, for an ack; otherwise 0
    function enforce(bytes32 taskId, Deadline kind, uint256 attempt) external {
        Task storage t = _live(taskId);
        if (kind == Deadline.Task) {
            // Once all is revealed only the verdict's time counts: else a client could read, wait and not pay.
            if (t.phase == Phase.Committed) revert StaleDeadline(kind);
            _due(kind, t.deadlineAt);
            _fail(taskId, t, Failure.DeadlineExceeded);
        } else if (kind == Deadline.Ack) {
            Attempt[] storage list = _attempts[taskId];
            if (attempt == 0 || attempt > list.length) revert StaleDeadline(kind);
            _due(kind, list[attempt - 1].ackDueAt);
            _lose(taskId, t, attempt, Loss.NoAck);
        } else if (kind == Deadline.Precommit) {
            _due(kind, t.precommitDueAt);
            t.precommitDueAt = 0;
            _enforcePrecommit(taskId, t);
        } else if (kind == Deadline.Commit) {
            _due(kind, t.commitDueAt);
            t.commitDueAt = 0;
            _enforceCommit(taskId, t);
        } else {
            _due(kind, t.validateDueAt);
            _fail(taskId, t, Failure.ValidationTimedOut);
        }
        _advance(taskId, t);
    }

    // Views.

    /// @notice A session's ledger here.
    function ledgerOf(bytes32 sessionId) external view returns (Ledger memory) {
        return _ledgers[sessionId];
    }

    /// @notice A task.
    function taskOf(bytes32 taskId) external view returns (Task memory) {
        return _tasks[taskId];
    }

    /// @notice The offers of a task; the first is attempt 1.
    function attemptsOf(bytes32 taskId) external view returns (Attempt[] memory) {
        return _attempts[taskId];
    }

    /// @notice The EIP-712 hash of the TaskCommit that a reveal stands for.
    function statementOf(bytes32 taskId, uint256 attempt, Reveal calldata reveal) public view returns (bytes32) {
        return Typed.hash(
            Typed.TaskCommit({
                taskId: taskId,
                sessionId: _tasks[taskId].sessionId,
                node: _attempts[taskId][attempt - 1].node,
                attempt: uint32(attempt),
                specDigest: _tasks[taskId].specDigest,
                streamHead: reveal.streamHead,
                outputDigest: reveal.outputDigest,
                evidenceDigest: reveal.evidenceDigest,
                promptTokens: reveal.promptTokens,
                outputTokens: reveal.outputTokens,
                finishReason: reveal.finishReason
            })
        );
    }

    /// @notice The content of a verdict, which validators attest with kind TASK_VERDICT and the task as subject.
    function verdictOf(bytes32 taskId, bool accepted) public view returns (bytes32) {
        return keccak256(
            abi.encode(Typed.TASK_VERDICT, _tasks[taskId].sessionId, taskId, accepted, commitsDigestOf(taskId))
        );
    }

    /// @notice Keccak-256 of the statements of those who are still in the task, in the order of their offers.
    function commitsDigestOf(bytes32 taskId) public view returns (bytes32) {
        Attempt[] storage list = _attempts[taskId];
        bytes memory statements;
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i].stage == Stage.Committed) statements = abi.encodePacked(statements, list[i].statement);
        }
        return keccak256(statements);
    }

    // How it is done.

    function _enqueue(
        bytes32 sessionId,
        bytes32 clientReference,
        bytes32 specDigest,
        uint32 maxPromptTokens,
        uint32 maxOutputTokens,
        uint40 deadlineAt
    ) private returns (bytes32 taskId) {
        // The order of these answers is that of Java's session machine.
        if (_ledgers[sessionId].finished) revert BadSession(sessionId);
        taskId = taskIdOf(sessionId, clientReference);
        Task storage t = _tasks[taskId];
        if (t.phase != Phase.None) revert Duplicate(taskId);
        t.sessionId = sessionId;
        t.specDigest = specDigest;
        t.maxPromptTokens = maxPromptTokens;
        t.maxOutputTokens = maxOutputTokens;
        t.deadlineAt = deadlineAt;
        t.phase = Phase.Queued;
        if (deadlineAt <= block.timestamp || deadlineAt > block.timestamp + MAX_TASK_SECONDS) {
            revert BadDeadline(deadlineAt);
        }
        t.heldWei = _hold(_ledgers[sessionId], maxPromptTokens, maxOutputTokens);
    }

    function _hold(Ledger storage ledger, uint32 maxPromptTokens, uint32 maxOutputTokens)
        private
        returns (uint128)
    {
        if (block.timestamp >= ledger.expiresAt) revert PastExpiry(ledger.expiresAt);
        if (ledger.maxTasks > 0 && ledger.tasks >= ledger.maxTasks) revert TaskLimit(ledger.maxTasks);
        if (ledger.openTasks >= MAX_OPEN_TASKS) revert TaskLimit(MAX_OPEN_TASKS);
        uint256 each = uint256(ledger.inputWei) * maxPromptTokens + uint256(ledger.outputWei) * maxOutputTokens;
        uint256 heldWei = each * ledger.redundancy;
        if (heldWei > ledger.availableWei) revert OverBudget(heldWei, ledger.availableWei);
        ledger.availableWei -= uint128(heldWei);
        ++ledger.openTasks;
        ++ledger.tasks;
        return uint128(heldWei);
    }

    function _announce(bytes32 taskId, bytes32 clientReference, bytes calldata spec) private {
        Task storage t = _tasks[taskId];
        if (spec.length > 0 && sha256(spec) != t.specDigest) revert BadData();
        emit TaskQueued(taskId, t.sessionId, clientReference, t.specDigest, spec, t.deadlineAt);
    }

    /// @dev The session's places in the order drawn, a byte each, the first in the lowest.
    function _order(bytes32 seed, Seat[] storage seats) private view returns (uint128 order) {
        uint256 count = seats.length;
        Draw.Candidate[] memory candidates = new Draw.Candidate[](count);
        for (uint256 n = 0; n < count; ++n) {
            address node = seats[n].node;
            uint256 place = n;
            for (; place > 0 && candidates[place - 1].node > node; --place) {
                candidates[place] = candidates[place - 1];
            }
            candidates[place] = Draw.Candidate(node, node, 1);
        }
        address[] memory drawn = Draw.draw(seed, TASK_NODES_PURPOSE, candidates, count, false);
        for (uint256 i = 0; i < count; ++i) {
            for (uint256 seat = 0; seat < count; ++seat) {
                if (seats[seat].node == drawn[i]) order |= uint128(seat << 8 * i);
            }
        }
    }

    function _offerNext(bytes32 taskId, Task storage t, bool primary) private {
        uint8 seat = uint8(t.order >> 8 * t.next++);
        _offer(taskId, _seats[t.sessionId][seat].node, seat, primary);
    }

    function _offer(bytes32 taskId, address node, uint8 seat, bool primary) private {
        Attempt storage a = _attempts[taskId].push();
        a.node = node;
        a.seat = seat;
        a.primary = primary;
        a.ackDueAt = _in(Param.AckSeconds);
        emit TaskAssigned(taskId, node, _attempts[taskId].length, primary, a.ackDueAt);
    }

    /// @dev Takes a node out, and asks another where one is still of use.
    function _lose(bytes32 taskId, Task storage t, uint256 attempt, Loss loss) private {
        bool primary = _attempts[taskId][attempt - 1].primary;
        _drop(taskId, attempt, loss);
        if (primary || _replicaOfUse(taskId)) _search(taskId, t, primary);
    }

    function _drop(bytes32 taskId, uint256 attempt, Loss loss) private {
        Attempt storage a = _attempts[taskId][attempt - 1];
        a.stage = Stage.Gone;
        a.ackDueAt = 0;
        emit NodeLost(taskId, a.node, attempt, loss);
        if (loss == Loss.Promoted) return;
        bool lied = loss == Loss.BadReveal || loss == Loss.WrongCount;
        _stats.record(a.node, NodeStats.Stage.Commit, lied ? NodeStats.Mark.Invalid : NodeStats.Mark.Timeout);
    }

    /// @dev A replica runs the whole work: once the primary is bound, another one would come too late.
    function _replicaOfUse(bytes32 taskId) private view returns (bool) {
        uint256 place = _primaryPlace(taskId);
        return place == 0 || _attempts[taskId][place - 1].stage < Stage.Precommitted;
    }

    /// @dev Finds a node for a role; without one a primary is made of a replica that is not asked to reveal, or the task fails.
    function _search(bytes32 taskId, Task storage t, bool primary) private {
        Attempt[] storage list = _attempts[taskId];
        if (list.length >= MAX_ATTEMPTS) {
            if (primary) _fail(taskId, t, Failure.NoNodeLeft);
            return;
        }
        if (t.next < _seats[t.sessionId].length) {
            _offerNext(taskId, t, primary);
            return;
        }
        if (!primary) return;
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i].stage != Stage.Gone && !list[i].revealAsked) {
                _drop(taskId, i + 1, Loss.Promoted);
                _offer(taskId, list[i].node, list[i].seat, true);
                return;
            }
        }
        _fail(taskId, t, Failure.NoNodeLeft);
    }

    function _enforcePrecommit(bytes32 taskId, Task storage t) private {
        Attempt[] storage list = _attempts[taskId];
        uint256 place = _primaryPlace(taskId);
        if (list[place - 1].stage < Stage.Precommitted) {
            _lose(taskId, t, place, Loss.NoPrecommit);
            return;
        }
        uint256 count = list.length;
        for (uint256 i = 0; i < count; ++i) {
            if (list[i].stage < Stage.Precommitted) _lose(taskId, t, i + 1, Loss.NoPrecommit);
        }
    }

    /// @dev Everybody who owes a reveal is out before anybody else is asked in.
    function _enforceCommit(bytes32 taskId, Task storage t) private {
        Attempt[] storage list = _attempts[taskId];
        uint256 count = list.length;
        uint256 replicas;
        bool primary;
        for (uint256 i = 0; i < count; ++i) {
            if (list[i].stage != Stage.Precommitted || !list[i].revealAsked) continue;
            bool wasPrimary = list[i].primary;
            _drop(taskId, i + 1, Loss.NoCommit);
            if (wasPrimary) primary = true;
            else if (_replicaOfUse(taskId)) ++replicas;
        }
        if (primary) _search(taskId, t, true);
        for (; replicas > 0 && t.phase < Phase.Completed; --replicas) {
            _search(taskId, t, false);
        }
    }

    /// @dev The attempt of the primary that is in the task; 0 when there is none.
    function _primaryPlace(bytes32 taskId) private view returns (uint256) {
        Attempt[] storage list = _attempts[taskId];
        for (uint256 i = list.length; i > 0; --i) {
            if (list[i - 1].primary && list[i - 1].stage != Stage.Gone) return i;
        }
        return 0;
    }

    /// @dev Finds the phase that the offers amount to, and does what entering it asks for.
    function _advance(bytes32 taskId, Task storage t) private {
        if (t.phase >= Phase.Committed || t.phase == Phase.Queued) return;
        Attempt[] storage list = _attempts[taskId];
        uint256 place = _primaryPlace(taskId);
        bool bound = true;
        bool revealed = true;
        bool asked = true;
        bool owes = false;
        for (uint256 i = 0; i < list.length; ++i) {
            Stage stage = list[i].stage;
            if (stage == Stage.Gone) continue;
            if (stage < Stage.Precommitted) bound = false;
            if (stage != Stage.Committed) revealed = false;
            if (!list[i].revealAsked) asked = false;
            if (list[i].revealAsked && stage == Stage.Precommitted) owes = true;
        }
        if (list[place - 1].stage == Stage.Offered) {
            t.phase = Phase.Dispatched;
        } else if (!bound) {
            t.phase = Phase.Acked;
        } else {
            t.phase = Phase.Precommitted;
            if (!asked) {
                _askReveals(taskId, t);
                owes = true;
            }
            if (revealed) _allRevealed(taskId, t);
        }
        if (t.phase != Phase.Acked) t.precommitDueAt = 0;
        if (!owes) t.commitDueAt = 0;
    }

    function _askReveals(bytes32 taskId, Task storage t) private {
        Attempt[] storage list = _attempts[taskId];
        for (uint256 i = 0; i < list.length; ++i) {
            if (list[i].stage != Stage.Gone) list[i].revealAsked = true;
        }
        t.commitDueAt = _in(Param.CommitSeconds);
        emit TaskAllPrecommitted(taskId, t.commitDueAt);
    }

    function _allRevealed(bytes32 taskId, Task storage t) private {
        t.phase = Phase.Committed;
        t.validateDueAt = _in(Param.ValidateSeconds);
        emit TaskAllCommitted(taskId, commitsDigestOf(taskId), t.validateDueAt);
    }

    /// @dev Pays everybody who revealed: what it signed, but no more than the primary counted.
    function _complete(bytes32 taskId, Task storage t, address[] memory signers) private {
        Attempt[] storage list = _attempts[taskId];
        Ledger storage ledger = _ledgers[t.sessionId];
        Attempt memory first = list[_primaryPlace(taskId) - 1];
        address[] memory payees = new address[](list.length);
        uint256[] memory earnedWei = new uint256[](list.length);
        uint256 spentWei;
        for (uint256 i = 0; i < list.length; ++i) {
            Attempt memory a = list[i];
            if (a.stage != Stage.Committed) continue;
            uint256 promptTokens = a.promptTokens < first.promptTokens ? a.promptTokens : first.promptTokens;
            uint256 outputTokens = a.outputTokens < first.outputTokens ? a.outputTokens : first.outputTokens;
            payees[i] = _seats[t.sessionId][a.seat].payee;
            earnedWei[i] = ledger.inputWei * promptTokens + ledger.outputWei * outputTokens;
            spentWei += earnedWei[i];
            _stats.record(a.node, NodeStats.Stage.Commit, NodeStats.Mark.Success);
        }
        _end(t, Phase.Completed, spentWei);
        emit TaskCompleted(taskId, t.sessionId, spentWei);
        _payment.payTask(t.sessionId, payees, earnedWei, signers);
    }

    function _fail(bytes32 taskId, Task storage t, Failure failure) private {
        _end(t, Phase.Failed, 0);
        emit TaskFailed(taskId, t.sessionId, failure);
    }

    function _cancel(bytes32 taskId, Task storage t) private {
        if (t.phase == Phase.Committed) revert TooLate(taskId);
        _end(t, Phase.Cancelled, 0);
        emit TaskCancelled(taskId, t.sessionId);
    }

    function _end(Task storage t, Phase phase, uint256 spentWei) private {
        Ledger storage ledger = _ledgers[t.sessionId];
        ledger.availableWei += uint128(t.heldWei - spentWei);
        --ledger.openTasks;
        // A session's number of tasks is that of those it pays for.
        if (phase != Phase.Completed) --ledger.tasks;
        t.heldWei = 0;
        t.phase = phase;
    }

    function _live(bytes32 taskId) private view returns (Task storage t) {
        t = _tasks[taskId];
        if (t.phase == Phase.None) revert UnknownTask(taskId);
        if (t.phase >= Phase.Completed) revert AlreadyEnded(taskId, t.phase);
    }

    function _mine(bytes32 taskId, uint256 attempt) private view returns (Task storage t, Attempt storage a) {
        t = _live(taskId);
        Attempt[] storage list = _attempts[taskId];
        if (attempt == 0 || attempt > list.length || list[attempt - 1].node != msg.sender) {
            revert UnknownAttempt(taskId, attempt);
        }
        a = list[attempt - 1];
        if (a.stage == Stage.Gone) revert NodeGone(attempt);
    }

    function _requireClient(bytes32 sessionId, bytes32 structHash, bytes calldata signature) private view {
        address client = _ledgers[sessionId].client;
        if (client == address(0)) revert BadSession(sessionId);
        if (!SignatureChecker.isValidSignatureNow(client, _typedDigest(structHash), signature)) {
            revert BadClientSignature();
        }
    }

    function _due(Deadline kind, uint256 dueAt) private view {
        if (dueAt == 0) revert StaleDeadline(kind);
        if (block.timestamp < dueAt) revert NotDue(dueAt);
    }

    function _in(Param param) private view returns (uint40) {
        return uint40(block.timestamp + _parameters.get(param));
    }
}
