// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {InferencePayment} from "../../src/InferencePayment.sol";
import {NodePool} from "../../src/NodePool.sol";
import {SessionQueue} from "../../src/SessionQueue.sol";
import {Brief, Tail} from "../../src/lib/Terms.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {Test} from "../support/Test.sol";
import {World} from "../support/World.sol";

/// @dev Acts as client, nodes, validators and anyone who enforces deadlines, in one session of the queue at a time.
contract QueueActors is World {
    Brief private _brief;
    Tail private _tail;
    bytes32[] private _tasks;
    mapping(bytes32 taskId => SessionQueue.Phase last) private _last;
    mapping(bytes32 taskId => mapping(uint256 attempt => bytes32 salt)) private _salts;
    bool private _finished;
    uint256 public calls;
    uint256 public completed;

    function setUp() public override {
        super.setUp();
        _open();
    }

    function _open() private {
        // The nodes are tested again, and the set is fresh.
        for (uint256 i = 0; i < 4; ++i) {
            if (nodes.freeSlots(node(i)) == 0) return;
        }
        Live memory live = open(address(queue), 1 + uint32(salt % 3), 4, 1 ether);
        queue.start(live.brief, live.tail);
        _brief.sessionId = live.brief.sessionId;
        _brief.head = live.brief.head;
        _brief.tailDigest = live.brief.tailDigest;
        delete _brief.seats;
        for (uint256 i = 0; i < 4; ++i) {
            _brief.seats.push(live.brief.seats[i]);
        }
        _tail = live.tail;
        _finished = false;
        delete _tasks;
    }

    function _task(uint256 seed) private view returns (bytes32) {
        return _tasks.length == 0 ? bytes32(0) : _tasks[_tasks.length - 1 - (seed % _tasks.length) % 4];
    }

    modifier counted() {
        ++calls;
        _;
        // Whatever a call changes is among the last tasks.
        for (uint256 i = _tasks.length > 6 ? _tasks.length - 6 : 0; i < _tasks.length; ++i) {
            SessionQueue.Phase phase = queue.taskOf(_tasks[i]).phase;
            SessionQueue.Phase last = _last[_tasks[i]];
            if (last >= SessionQueue.Phase.Completed) isTrue(phase == last, "an end is final");
            _last[_tasks[i]] = phase;
        }
    }

    function enqueue(uint32 promptTokens, uint32 outputTokens, uint32 time) external counted {
        bytes32 clientReference = bytes32(_tasks.length);
        vm.prank(client);
        try queue.enqueue(
            _brief.sessionId,
            clientReference,
            "spec",
            "",
            promptTokens % 1e7,
            outputTokens % 1e7,
            uint40(block.timestamp + bound(time, 1, 1 hours))
        ) returns (bytes32 taskId) {
            isTrue(!_finished, "no task after the end");
            _tasks.push(taskId);
            queue.assign(taskId);
        } catch {}
    }

    /// @dev A node of the task goes one step on, in its order or out of it.
    function step(uint256 seed, uint8 which, uint8 what) external counted {
        bytes32 t = _task(seed);
        SessionQueue.Attempt[] memory list = queue.attemptsOf(t);
        if (list.length == 0) return;
        uint256 n = 1 + which % list.length;
        SessionQueue.Attempt memory a = list[n - 1];
        // Mostly what is next; else anything.
        uint256 next = what % 8 > 0 ? uint256(a.stage) : what % 3;
        if (next == 0) {
            vm.prank(a.node);
            try queue.ack(t, n) {
                isTrue(a.stage == SessionQueue.Stage.Offered, "acked once");
            } catch {}
        } else if (next == 1) {
            bytes32 s = keccak256(abi.encode(t, n, what));
            bytes32 hash = sha256(abi.encodePacked(s, queue.statementOf(t, n, _reveal(t, n, s))));
            vm.prank(a.node);
            try queue.precommit(t, n, hash) {
                isTrue(a.stage == SessionQueue.Stage.Acked, "precommitted once");
                _salts[t][n] = s;
            } catch {}
        } else {
            bool lie = what % 16 == 3;
            SessionQueue.Reveal memory r = _reveal(t, n, lie ? bytes32("lie") : _salts[t][n]);
            vm.prank(a.node);
            try queue.commit(t, n, r, "") {
                isTrue(a.stage == SessionQueue.Stage.Precommitted && a.revealAsked, "revealed when asked, once");
                SessionQueue.Attempt memory b = queue.attemptsOf(t)[n - 1];
                isTrue((b.stage == SessionQueue.Stage.Gone) == lie, "who lied is out, who did not is in");
                if (lie) return;
                equal(sha256(abi.encodePacked(r.salt, b.statement)), b.precommit, "a reveal matches its precommit");
                for (uint256 i = 0; i < list.length; ++i) {
                    isTrue(list[i].stage >= SessionQueue.Stage.Precommitted || a.revealAsked, "blind");
                }
            } catch {}
        }
    }

    function _reveal(bytes32 t, uint256 n, bytes32 s) private view returns (SessionQueue.Reveal memory) {
        SessionQueue.Task memory task = queue.taskOf(t);
        return SessionQueue.Reveal(
            s, "head", "output", "evidence", task.maxPromptTokens / uint32(n), task.maxOutputTokens / uint32(n), 1
        );
    }

    function giveUp(uint256 seed, uint8 which) external counted {
        bytes32 t = _task(seed);
        SessionQueue.Attempt[] memory list = queue.attemptsOf(t);
        if (list.length == 0 || which % 4 > 0) return;
        vm.prank(list[seed % list.length].node);
        try queue.giveUp(t, 1 + seed % list.length) {} catch {}
    }

    function enforce(uint256 seed, uint8 kind, uint8 attempt) external counted {
        bytes32 t = _task(seed);
        try queue.enforce(t, SessionQueue.Deadline(kind % 5), attempt % 9) {} catch {}
    }

    function validate(uint256 seed, uint8 no) external counted {
        bytes32 t = _task(seed);
        if (queue.taskOf(t).phase != SessionQueue.Phase.Committed) return;
        bool accepted = no % 4 > 0;
        (uint256 seats, bytes memory s) = attest(
            registry.committee(_tail.seed, _tail.validatorSet),
            3,
            Typed.TASK_VERDICT,
            t,
            queue.verdictOf(t, accepted)
        );
        queue.validate(t, accepted, seats, s);
        if (accepted) ++completed;
    }

    function cancel(uint256 seed, uint8 rarely) external counted {
        if (rarely % 8 > 0) return;
        bytes32 t = _task(seed);
        vm.prank(client);
        try queue.cancel(t) {} catch {}
    }

    function pass(uint16 time) external counted {
        vm.warp(block.timestamp + 1 + time % 120);
    }

    /// @dev The session ends when nothing is open, and another begins.
    function finish(uint8 rarely) external counted {
        if (_finished) {
            for (uint256 i = 0; i < 4; ++i) {
                judge(node(i), nodesQualified());
            }
            _fund();
            if (block.timestamp > uint256(registry.madeAt(registry.setVersion())) + 1 hours) registry.makeSet();
            _open();
            return;
        }
        if (rarely % 4 > 0) return;
        uint256 open_ = queue.ledgerOf(_brief.sessionId).openTasks;
        vm.prank(client);
        try queue.finish(_brief) {
            equal(open_, 0, "not while tasks are open");
            _finished = true;
        } catch {
            isTrue(open_ > 0, "a session without open tasks can end");
        }
    }

    function _fund() private {
        if (token.balanceOf(client) < 1 ether) token.transfer(client, 100 ether);
    }

    function attack(uint256 seed, uint8 how) external counted {
        bytes32 t = _task(seed);
        vm.startPrank(stranger);
        if (how % 4 == 0) {
            try queue.ack(t, 1) {
                revert("a stranger acked");
            } catch {}
        } else if (how % 4 == 1) {
            try queue.cancel(t) {
                revert("a stranger cancelled");
            } catch {}
        } else if (how % 4 == 2) {
            try queue.validate(t, true, 7, "") {
                revert("a stranger validated");
            } catch {}
        } else {
            try payment.expire(_brief) {
                revert("refunded beside the queue");
            } catch {}
        }
        vm.stopPrank();
    }

    function check() external view {
        if (calls % 4 != 0) return;
        bytes32 id = _brief.sessionId;
        SessionQueue.Ledger memory l = queue.ledgerOf(id);
        uint256 heldWei;
        uint256 open_;
        for (uint256 i = 0; i < _tasks.length; ++i) {
            if (_last[_tasks[i]] >= SessionQueue.Phase.Completed) {
                if (i % 16 == calls % 16) isTrue(queue.taskOf(_tasks[i]).phase == _last[_tasks[i]], "an end is final");
                continue;
            }
            heldWei += queue.taskOf(_tasks[i]).heldWei;
            ++open_;
        }
        equal(l.openTasks, open_, "open tasks");
        if (!_finished) equal(l.availableWei + heldWei, payment.queueWei(id), "available + held = what is left in escrow");
        uint256 creditWei = payment.queueWei(id) + payment.credits(client) + payment.credits(treasury);
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            creditWei += payment.credits(validatorOwner(i));
        }
        for (uint256 i = 0; i < NODES; ++i) {
            creditWei += payment.credits(nodeOwner(i));
        }
        equal(token.balanceOf(address(payment)), creditWei, "tokens = escrow + credits");
    }

    function nodesQualified() private pure returns (NodePool.Verdict) {
        return NodePool.Verdict.Qualified;
    }

    /// @dev Deadlines alone end everything.
    function drain() external {
        if (_finished) return;
        vm.warp(block.timestamp + 2 days);
        for (uint256 i = 0; i < _tasks.length; ++i) {
            try queue.enforce(_tasks[i], SessionQueue.Deadline.Task, 0) {} catch {}
            try queue.enforce(_tasks[i], SessionQueue.Deadline.Validate, 0) {} catch {}
        }
        vm.prank(stranger);
        queue.finish(_brief);
        for (uint256 i = 0; i < NODES; ++i) {
            if (payment.credits(nodeOwner(i)) > 0) payment.withdraw(nodeOwner(i));
        }
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            if (payment.credits(validatorOwner(i)) > 0) payment.withdraw(validatorOwner(i));
        }
        if (payment.credits(treasury) > 0) payment.withdraw(treasury);
        if (payment.credits(client) > 0) payment.withdraw(client);
        equal(token.balanceOf(address(payment)), 0, "every wei can leave");
    }
}

contract QueueInvariants is Test {
    QueueActors private actors;

    function setUp() public {
        actors = new QueueActors();
        actors.setUp();
        bytes4[] memory s = new bytes4[](14);
        s[0] = QueueActors.enqueue.selector;
        s[1] = QueueActors.step.selector;
        s[2] = QueueActors.giveUp.selector;
        s[3] = QueueActors.enforce.selector;
        s[4] = QueueActors.validate.selector;
        s[5] = QueueActors.cancel.selector;
        s[6] = QueueActors.pass.selector;
        s[7] = QueueActors.finish.selector;
        s[8] = QueueActors.attack.selector;
        // Steps are what tasks are made of.
        for (uint256 i = 9; i < 14; ++i) {
            s[i] = QueueActors.step.selector;
        }
        target(address(actors), s);
    }

    function invariant_queue() public view {
        actors.check();
    }

    function afterInvariant() public {
        actors.drain();
    }
}
