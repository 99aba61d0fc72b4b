// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {QueueWorld} from "../support/QueueWorld.sol";
import {InferencePayment} from "../../src/InferencePayment.sol";
import {Module} from "../../src/base/Module.sol";
import {NodePool} from "../../src/NodePool.sol";
import {Session} from "../../src/Session.sol";
import {SessionQueue} from "../../src/SessionQueue.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {Brief, Tail, Terms} from "../../src/lib/Terms.sol";
import {Typed} from "../../src/lib/Typed.sol";

contract SessionQueueTest is QueueWorld {
    // The whole way.

    function test_oneNode() public {
        session(1, 3);
        bytes32 t = enqueue("a");
        equal(t, queue.taskIdOf(id, "a"), "known before");
        is_(t, SessionQueue.Phase.Queued);
        equal(queue.ledgerOf(id).availableWei, 1 ether - 3100e9, "held");
        queue.assign(t);
        is_(t, SessionQueue.Phase.Dispatched);
        ack(t, 1);
        is_(t, SessionQueue.Phase.Acked);
        precommit(t, 1, reveal(50, 500));
        is_(t, SessionQueue.Phase.Precommitted);
        commit(t, 1, reveal(50, 500));
        is_(t, SessionQueue.Phase.Committed);
        equal(queue.commitsDigestOf(t), keccak256(abi.encodePacked(queue.statementOf(t, 1, reveal(50, 500)))), "statements");
        address payee = address(uint160(uint256(keccak256("x"))));
        for (uint256 i = 0; i < 3; ++i) {
            if (node(i) == nodeAt(t, 1)) payee = nodeOwner(i);
        }
        validate(t, true);
        is_(t, SessionQueue.Phase.Completed);
        uint256 spent = 50e9 + 1500e9;
        equal(payment.credits(payee), spent * 9 / 10, "nine tenths");
        equal(payment.credits(treasury), spent - spent * 9 / 10 - (spent / 20 / 3) * 3, "the rest");
        equal(queue.ledgerOf(id).availableWei, 1 ether - spent, "the hold is given back");
        equal(queue.taskOf(t).heldWei, 0, "nothing is held");
        equal(payment.queueWei(id), 1 ether - spent, "escrow");
        equal(uint256(stats.points(nodeAt(t, 1))), 1, "a success");
        vm.prank(client);
        queue.finish(live.brief);
        equal(payment.credits(client), 1 ether - spent, "the rest goes back");
        isTrue(phaseOf(id) == InferencePayment.Phase.Closed, "closed");
        equal(nodes.nodeOf(node(0)).reserved, 0, "slots");
    }

    function test_threeNodesArePaidForWhatThePrimaryCounted() public {
        session(3, 4);
        bytes32 t = assigned("a");
        for (uint256 i = 1; i <= 3; ++i) {
            ack(t, i);
        }
        precommit(t, 1, reveal(50, 500));
        is_(t, SessionQueue.Phase.Acked);
        precommit(t, 2, reveal(60, 400));
        vm.prank(nodeAt(t, 1));
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.RevealNotAsked.selector, 1));
        queue.commit(t, 1, reveal(50, 500), "");
        precommit(t, 3, reveal(40, 900));
        is_(t, SessionQueue.Phase.Precommitted);
        equal(queue.taskOf(t).commitDueAt, block.timestamp + 60, "reveal until");
        equal(queue.taskOf(t).precommitDueAt, 0, "nothing to precommit");
        commit(t, 3, reveal(40, 900));
        commit(t, 1, reveal(50, 500));
        commit(t, 2, reveal(60, 400));
        equal(queue.taskOf(t).commitDueAt, 0, "nothing to reveal");
        validate(t, true);
        uint256 first = 50e9 + 1500e9;
        uint256 second = 50e9 + 1200e9;
        uint256 third = 40e9 + 1500e9;
        equal(payment.queueWei(id), 1 ether - first - second - third, "spent");
    }

    function test_aReplicaDoesNotGiveThePrimaryMoreTime() public {
        session(2, 2);
        bytes32 t = assigned("a");
        ack(t, 1);
        uint256 due = block.timestamp + 300;
        equal(queue.taskOf(t).precommitDueAt, due, "since the primary took it");
        vm.warp(block.timestamp + 10);
        ack(t, 2);
        equal(queue.taskOf(t).precommitDueAt, due, "as before");
    }

    function test_whoIsOutIsNotPartOfTheVerdict() public {
        session(2, 2);
        bytes32 t = assigned("a");
        bound_(t, 1, reveal(1, 1));
        giveUp(t, 2);
        commit(t, 1, reveal(1, 1));
        bytes32 statement = queue.statementOf(t, 1, reveal(1, 1));
        equal(queue.commitsDigestOf(t), keccak256(abi.encodePacked(statement)), "the primary's alone");
        isTrue(!queue.attemptsOf(t)[1].revealAsked, "it owes no reveal");
        address out = nodeAt(t, 2);
        int256 before = stats.points(out);
        validate(t, true);
        equal(uint256(stats.points(out) - before), 0, "nor is it its success");
        equal(payment.queueWei(id), 1 ether - 4e9, "only one is paid");
    }

    function test_aTaskThatFailedWaitsForNothing() public {
        session(1, 1);
        bytes32 t = assigned("a");
        ack(t, 1);
        vm.warp(block.timestamp + 300);
        queue.enforce(t, SessionQueue.Deadline.Precommit, 0);
        is_(t, SessionQueue.Phase.Failed);
        equal(queue.taskOf(t).precommitDueAt, 0, "no precommit");
        t = assigned("b");
        bound_(t, 1, reveal(1, 1));
        vm.warp(block.timestamp + 60);
        queue.enforce(t, SessionQueue.Deadline.Commit, 0);
        is_(t, SessionQueue.Phase.Failed);
        equal(queue.taskOf(t).commitDueAt, 0, "no reveal");
    }

    function test_aRejectedAnswerCostsNothing() public {
        session(1, 1);
        bytes32 t = assigned("a");
        bound_(t, 1, reveal(1, 1));
        commit(t, 1, reveal(1, 1));
        validate(t, false);
        is_(t, SessionQueue.Phase.Failed);
        equal(queue.ledgerOf(id).availableWei, 1 ether, "the hold is given back");
        equal(payment.queueWei(id), 1 ether, "nothing paid");
    }

    function test_dataOnChain() public {
        session(1, 1);
        bytes32 spec = sha256("prompt");
        equal(sha256("text"), TEXT, "text");
        vm.prank(client);
        vm.expectRevert(SessionQueue.BadData.selector);
        queue.enqueue(id, "a", spec, "promptt", 1, 1, uint40(block.timestamp + 1));
        vm.prank(client);
        bytes32 t = queue.enqueue(id, "a", spec, "prompt", 1, 1, uint40(block.timestamp + 1));
        queue.assign(t);
        bound_(t, 1, reveal(1, 1));
        address n = nodeAt(t, 1);
        vm.prank(n);
        vm.expectRevert(SessionQueue.BadData.selector);
        queue.commit(t, 1, reveal(1, 1), "other");
        vm.prank(n);
        queue.commit(t, 1, reveal(1, 1), "text");
        is_(t, SessionQueue.Phase.Committed);
    }

    function test_anyoneBringsWhatTheClientSigned() public {
        session(1, 1);
        uint40 until = uint40(block.timestamp + 60);
        bytes32 hash = keccak256(abi.encode(Typed.TASK_REQUEST, id, bytes32("a"), SPEC, uint32(1), uint32(2), until));
        bytes memory signature = sign(CLIENT_KEY, typed(hash));
        vm.expectRevert(SessionQueue.BadClientSignature.selector);
        queue.enqueueFor(id, "a", SPEC, "", 1, 3, until, signature);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.BadSession.selector, bytes32("none")));
        queue.enqueueFor("none", "a", SPEC, "", 1, 3, until, signature);
        bytes32 t = queue.enqueueFor(id, "a", SPEC, "", 1, 2, until, signature);
        signature = sign(GATEWAY_KEY, typed(keccak256(abi.encode(Typed.TASK_CANCEL, t))));
        vm.expectRevert(SessionQueue.BadClientSignature.selector);
        queue.cancelFor(t, signature);
        signature = sign(CLIENT_KEY, typed(keccak256(abi.encode(Typed.TASK_CANCEL, t))));
        queue.cancelFor(t, signature);
        is_(t, SessionQueue.Phase.Cancelled);
    }

    // Sessions.

    function test_startsOnceAndWithItsTerms() public {
        Live memory l = open(address(queue), 1, 2, 1 ether);
        Live memory other = open(gateway, 1, 2, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.BadSession.selector, other.brief.sessionId));
        queue.start(other.brief, other.tail);
        l.tail.outputWei = 1;
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.BadSession.selector, l.brief.sessionId));
        queue.start(l.brief, l.tail);
        l.tail.outputWei = 3e9;
        l.brief.head.budgetWei += 1;
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.BadSession.selector, l.brief.sessionId));
        queue.start(l.brief, l.tail);
        l.brief.head.budgetWei -= 1;
        queue.start(l.brief, l.tail);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.Duplicate.selector, l.brief.sessionId));
        queue.start(l.brief, l.tail);
    }

    function test_redundancyIsBounded() public {
        for (uint256 i = NODES; i < 9; ++i) {
            addNode(i, 8);
            judge(node(i), nodesQualified());
        }
        Live memory l = open(address(queue), 9, 9, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.BadSession.selector, l.brief.sessionId));
        queue.start(l.brief, l.tail);
        l = open(address(queue), 8, 9, 1 ether);
        queue.start(l.brief, l.tail);
        l = open(address(queue), 0, 1, 1 ether);
        queue.start(l.brief, l.tail);
        equal(queue.ledgerOf(l.brief.sessionId).redundancy, 1, "one at least");
    }

    function nodesQualified() private pure returns (NodePool.Verdict) {
        return NodePool.Verdict.Qualified;
    }

    function test_finishing() public {
        session(1, 2);
        bytes32 t = enqueue("a");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, stranger));
        queue.finish(live.brief);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.TasksOpen.selector, 1));
        queue.finish(live.brief);
        vm.prank(client);
        queue.cancel(t);
        vm.warp(START + 1 days);
        vm.prank(stranger);
        queue.finish(live.brief);
        isTrue(phaseOf(id) == InferencePayment.Phase.Expired, "nothing was spent");
        equal(payment.credits(client), 1 ether, "all goes back");
        vm.prank(client);
        vm.expectRevert(
            abi.encodeWithSelector(InferencePayment.WrongPhase.selector, id, InferencePayment.Phase.Expired)
        );
        queue.finish(live.brief);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.BadSession.selector, id));
        queue.enqueue(id, "b", SPEC, "", 1, 1, uint40(block.timestamp + 1));
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.BadSession.selector, id));
        queue.enqueue(id, "a", SPEC, "", 1, 1, uint40(block.timestamp));
    }

    function test_finishesWhatNeverStarted() public {
        Live memory l = open(address(queue), 1, 2, 1 ether);
        vm.prank(client);
        queue.finish(l.brief);
        isTrue(phaseOf(l.brief.sessionId) == InferencePayment.Phase.Closed, "closed by its client");
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.Duplicate.selector, l.brief.sessionId));
        queue.start(l.brief, l.tail);
    }

    // Limits.

    function test_enqueueLimits() public {
        session(1, 1);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, stranger));
        queue.enqueue(id, "a", SPEC, "", 1, 1, uint40(block.timestamp + 1));
        vm.startPrank(client);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.BadDeadline.selector, block.timestamp));
        queue.enqueue(id, "a", SPEC, "", 1, 1, uint40(block.timestamp));
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.BadDeadline.selector, block.timestamp + 1 days + 1));
        queue.enqueue(id, "a", SPEC, "", 1, 1, uint40(block.timestamp + 1 days + 1));
        queue.enqueue(id, "a", SPEC, "", 1, 1, uint40(block.timestamp + 1 days));
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.Duplicate.selector, queue.taskIdOf(id, "a")));
        queue.enqueue(id, "a", SPEC, "", 1, 1, uint40(block.timestamp + 1 days));
        uint32 all = uint32((1 ether - 4e9) / 3e9);
        vm.expectRevert(
            abi.encodeWithSelector(SessionQueue.OverBudget.selector, uint256(all) * 3e9 + 3e9, 1 ether - 4e9)
        );
        queue.enqueue(id, "b", SPEC, "", 0, all + 1, uint40(block.timestamp + 1));
        vm.warp(START + 1 days - 1);
        queue.enqueue(id, "c", SPEC, "", 1, 1, uint40(block.timestamp + 1 days));
        vm.warp(START + 1 days);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.PastExpiry.selector, START + 1 days));
        queue.enqueue(id, "d", SPEC, "", 1, 1, uint40(block.timestamp + 1));
        vm.stopPrank();
    }

    function test_theWholeBudgetCanBeHeld() public {
        session(2, 2);
        vm.prank(client);
        queue.enqueue(id, "a", SPEC, "", 500_000_000, 0, uint40(block.timestamp + 1));
        equal(queue.ledgerOf(id).availableWei, 0, "all of it, for two nodes");
    }

    function test_openTasksAreBounded() public {
        session(1, 1);
        for (uint256 i = 0; i < 64; ++i) {
            enqueue(bytes32(i));
        }
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.TaskLimit.selector, 64));
        queue.enqueue(id, "one more", SPEC, "", 1, 1, uint40(block.timestamp + 1));
        equal(queue.ledgerOf(id).openTasks, 64, "open");
    }

    function test_numberOfTasks() public {
        Session.Opening memory o = opening(address(queue), 1, someNodes(1), 1 ether);
        o.maxTasks = 2;
        signOpening(o);
        (Brief memory brief, Tail memory tail) = sessions.termsOf(o);
        sessions.open(o, permitNone());
        queue.start(brief, tail);
        id = brief.sessionId;
        copy(Live(brief, tail));
        bytes32 a = assigned("a");
        bytes32 b = enqueue("b");
        vm.startPrank(client);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.TaskLimit.selector, 2));
        queue.enqueue(id, "c", SPEC, "", 1, 1, uint40(block.timestamp + 1));
        // What costs nothing does not count, but its reference is used.
        queue.cancel(b);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.Duplicate.selector, b));
        queue.enqueue(id, "b", SPEC, "", 1, 1, uint40(block.timestamp + 1));
        vm.stopPrank();
        enqueue("c");
        bound_(a, 1, reveal(1, 1));
        commit(a, 1, reveal(1, 1));
        validate(a, true);
        equal(queue.ledgerOf(id).tasks, 2, "one was paid, one is open");
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.TaskLimit.selector, 2));
        queue.enqueue(id, "d", SPEC, "", 1, 1, uint40(block.timestamp + 1));
    }

    // Rejections, by name as in the Java machine.

    function test_rejections() public {
        session(1, 3);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.UnknownTask.selector, bytes32("t")));
        queue.assign("t");
        bytes32 t = enqueue("a");
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.UnknownAttempt.selector, t, 1));
        queue.ack(t, 1);
        queue.assign(t);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.WrongPhase.selector, t, SessionQueue.Phase.Dispatched));
        queue.assign(t);
        address n = nodeAt(t, 1);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.UnknownAttempt.selector, t, 1));
        queue.ack(t, 1);
        vm.startPrank(n);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.UnknownAttempt.selector, t, 0));
        queue.ack(t, 0);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.UnknownAttempt.selector, t, 2));
        queue.ack(t, 2);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.OutOfOrder.selector, 1, SessionQueue.Stage.Offered));
        queue.precommit(t, 1, "x");
        queue.ack(t, 1);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.Duplicate.selector, t));
        queue.ack(t, 1);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.OutOfOrder.selector, 1, SessionQueue.Stage.Acked));
        queue.commit(t, 1, reveal(1, 1), "");
        vm.stopPrank();
        precommit(t, 1, reveal(1, 1));
        vm.startPrank(n);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.Duplicate.selector, t));
        queue.precommit(t, 1, "x");
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.Duplicate.selector, t));
        queue.ack(t, 1);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.WrongPhase.selector, t, SessionQueue.Phase.Precommitted));
        queue.validate(t, true, 0, "");
        commit(t, 1, reveal(1, 1));
        vm.startPrank(n);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.Duplicate.selector, t));
        queue.commit(t, 1, reveal(1, 1), "");
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.Duplicate.selector, t));
        queue.precommit(t, 1, "x");
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.Duplicate.selector, t));
        queue.giveUp(t, 1);
        vm.stopPrank();
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.TooLate.selector, t));
        queue.cancel(t);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, 0, 3));
        queue.validate(t, true, 0, "");
        validate(t, true);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.AlreadyEnded.selector, t, SessionQueue.Phase.Completed));
        queue.assign(t);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.AlreadyEnded.selector, t, SessionQueue.Phase.Completed));
        queue.cancel(t);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.AlreadyEnded.selector, t, SessionQueue.Phase.Completed));
        queue.enforce(t, SessionQueue.Deadline.Task, 0);
    }

    function test_aVerdictIsOnWhatWasRevealed() public {
        session(1, 1);
        bytes32 t = assigned("a");
        bound_(t, 1, reveal(1, 1));
        commit(t, 1, reveal(1, 1));
        (uint256 seats, bytes memory signatures) = attest(
            registry.committee(live.tail.seed, live.tail.validatorSet),
            3,
            Typed.TASK_VERDICT,
            t,
            queue.verdictOf(t, false)
        );
        vm.expectRevert();
        queue.validate(t, true, seats, signatures);
    }

    // Losses.

    function test_theNextOfTheDrawReplacesThePrimary() public {
        session(1, 3);
        bytes32 t = assigned("a");
        ack(t, 1);
        isTrue(queue.taskOf(t).precommitDueAt == block.timestamp + 300, "armed");
        giveUp(t, 1);
        is_(t, SessionQueue.Phase.Dispatched);
        equal(queue.taskOf(t).precommitDueAt, 0, "disarmed");
        stage(t, 1, SessionQueue.Stage.Gone);
        isTrue(queue.attemptsOf(t)[1].primary, "the next is primary");
        isTrue(nodeAt(t, 1) != nodeAt(t, 2), "another node");
        equal(uint256(-stats.points(nodeAt(t, 1))), 5, "it cost points");
        address gone = nodeAt(t, 1);
        vm.prank(gone);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.NodeGone.selector, 1));
        queue.ack(t, 1);
        giveUp(t, 2);
        ack(t, 3);
        precommit(t, 3, reveal(1, 1));
        giveUp(t, 3);
        is_(t, SessionQueue.Phase.Failed);
        equal(queue.ledgerOf(id).openTasks, 0, "ended");
        equal(queue.ledgerOf(id).availableWei, 1 ether, "nothing spent");
    }

    function test_ordersAreDrawnPerTask() public {
        session(1, 6);
        bytes32 first = assigned("a");
        bool other;
        for (uint256 i = 0; i < 8; ++i) {
            if (queue.taskOf(assigned(bytes32(i))).order != queue.taskOf(first).order) other = true;
        }
        isTrue(other, "orders differ");
        uint128 order = queue.taskOf(first).order;
        uint256 seen;
        for (uint256 i = 0; i < 6; ++i) {
            seen |= 1 << ((order >> 8 * i) & 0xFF);
        }
        equal(seen, 63, "every seat once");
    }

    function test_aReplicaIsReplacedWhileThePrimaryWorks() public {
        session(2, 4);
        bytes32 t = assigned("a");
        giveUp(t, 2);
        equal(queue.attemptsOf(t).length, 3, "replaced");
        isTrue(!queue.attemptsOf(t)[2].primary, "as replica");
        ack(t, 1);
        giveUp(t, 3);
        equal(queue.attemptsOf(t).length, 4, "replaced again");
        precommit(t, 1, reveal(1, 1));
        is_(t, SessionQueue.Phase.Acked);
        giveUp(t, 4);
        equal(queue.attemptsOf(t).length, 4, "too late for another");
        is_(t, SessionQueue.Phase.Precommitted);
        commit(t, 1, reveal(1, 1));
        is_(t, SessionQueue.Phase.Committed);
    }

    function test_aReplicaBecomesPrimaryWhenNobodyIsLeft() public {
        session(2, 2);
        bytes32 t = assigned("a");
        ack(t, 2);
        giveUp(t, 1);
        equal(queue.attemptsOf(t).length, 3, "offered anew");
        stage(t, 2, SessionQueue.Stage.Gone);
        equal(nodeAt(t, 3), nodeAt(t, 2), "the same node");
        isTrue(queue.attemptsOf(t)[2].primary, "as primary");
        equal(uint256(stats.points(nodeAt(t, 2))), 0, "no fault of its");
        bound_(t, 3, reveal(1, 1));
        commit(t, 3, reveal(1, 1));
        is_(t, SessionQueue.Phase.Committed);
    }

    function test_nobodyReplacesAReplicaWhenNobodyIsLeft() public {
        session(2, 2);
        bytes32 t = assigned("a");
        giveUp(t, 2);
        equal(queue.attemptsOf(t).length, 2, "nobody");
        is_(t, SessionQueue.Phase.Dispatched);
        bound_(t, 1, reveal(1, 1));
        is_(t, SessionQueue.Phase.Precommitted);
    }

    function test_whoWasAskedToRevealIsNotPromoted() public {
        session(2, 2);
        bytes32 t = assigned("a");
        bound_(t, 1, reveal(1, 1));
        bound_(t, 2, reveal(1, 1));
        giveUp(t, 1);
        is_(t, SessionQueue.Phase.Failed);
    }

    function test_aNewPrimaryAfterReveals() public {
        session(2, 3);
        bytes32 t = assigned("a");
        bound_(t, 1, reveal(1, 1));
        bound_(t, 2, reveal(1, 1));
        commit(t, 2, reveal(1, 1));
        is_(t, SessionQueue.Phase.Precommitted);
        giveUp(t, 1);
        is_(t, SessionQueue.Phase.Dispatched);
        equal(queue.taskOf(t).commitDueAt, 0, "nobody owes a reveal");
        bound_(t, 3, reveal(1, 1));
        is_(t, SessionQueue.Phase.Precommitted);
        equal(queue.taskOf(t).commitDueAt, block.timestamp + 60, "the new one does");
        commit(t, 3, reveal(1, 1));
        is_(t, SessionQueue.Phase.Committed);
    }

    function test_offersAreBounded() public {
        for (uint256 i = NODES; i < 10; ++i) {
            addNode(i, 8);
            judge(node(i), nodesQualified());
        }
        session(2, 10);
        bytes32 t = assigned("a");
        for (uint256 i = 2; i < 8; ++i) {
            giveUp(t, i);
        }
        equal(queue.attemptsOf(t).length, 8, "eight offers");
        giveUp(t, 8);
        is_(t, SessionQueue.Phase.Dispatched);
        equal(queue.attemptsOf(t).length, 8, "no ninth for a replica");
        giveUp(t, 1);
        is_(t, SessionQueue.Phase.Failed);
    }

    function test_aFalseRevealCostsTheTask() public {
        session(1, 2);
        bytes32 t = assigned("a");
        bound_(t, 1, reveal(1, 1));
        commit(t, 1, reveal(1, 2));
        stage(t, 1, SessionQueue.Stage.Gone);
        equal(uint256(-stats.points(nodeAt(t, 1))), 2, "invalid");
        is_(t, SessionQueue.Phase.Dispatched);
        bound_(t, 2, reveal(1, 1));
        SessionQueue.Reveal memory other = reveal(1, 1);
        other.salt = "another";
        commit(t, 2, other);
        is_(t, SessionQueue.Phase.Failed);
    }

    function test_nobodyIsPaidBeyondTheHold() public {
        session(1, 3);
        bytes32 t = assigned("a");
        bound_(t, 1, reveal(101, 1000));
        commit(t, 1, reveal(101, 1000));
        stage(t, 1, SessionQueue.Stage.Gone);
        bound_(t, 2, reveal(100, 1001));
        commit(t, 2, reveal(100, 1001));
        stage(t, 2, SessionQueue.Stage.Gone);
        bound_(t, 3, reveal(100, 1000));
        commit(t, 3, reveal(100, 1000));
        validate(t, true);
        equal(payment.queueWei(id), 1 ether - 3100e9, "all that was held");
    }

    // Deadlines.

    function stale(bytes32 t, SessionQueue.Deadline kind, uint256 attempt) private {
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.StaleDeadline.selector, kind));
        queue.enforce(t, kind, attempt);
    }

    function early(bytes32 t, SessionQueue.Deadline kind, uint256 attempt, uint256 dueAt) private {
        vm.warp(dueAt - 1);
        vm.expectRevert(abi.encodeWithSelector(SessionQueue.NotDue.selector, dueAt));
        queue.enforce(t, kind, attempt);
        vm.warp(dueAt);
        queue.enforce(t, kind, attempt);
    }

    function test_taskDeadline() public {
        session(1, 1);
        bytes32 t = enqueue("a");
        early(t, SessionQueue.Deadline.Task, 0, START + 1 hours);
        is_(t, SessionQueue.Phase.Failed);
        t = assigned("b");
        bound_(t, 1, reveal(1, 1));
        vm.warp(block.timestamp + 1 hours);
        queue.enforce(t, SessionQueue.Deadline.Task, 0);
        is_(t, SessionQueue.Phase.Failed);
    }

    function test_whatWasRevealedIsPaidHoweverLate() public {
        session(1, 1);
        bytes32 t = assigned("a");
        bound_(t, 1, reveal(1, 1));
        commit(t, 1, reveal(1, 1));
        vm.warp(block.timestamp + 1 hours);
        stale(t, SessionQueue.Deadline.Task, 0);
        validate(t, true);
        is_(t, SessionQueue.Phase.Completed);
    }

    function test_ackDeadline() public {
        session(1, 2);
        bytes32 t = enqueue("a");
        stale(t, SessionQueue.Deadline.Ack, 1);
        queue.assign(t);
        stale(t, SessionQueue.Deadline.Ack, 0);
        stale(t, SessionQueue.Deadline.Ack, 2);
        early(t, SessionQueue.Deadline.Ack, 1, START + 30);
        stage(t, 1, SessionQueue.Stage.Gone);
        stale(t, SessionQueue.Deadline.Ack, 1);
        ack(t, 2);
        stale(t, SessionQueue.Deadline.Ack, 2);
    }

    function test_precommitDeadlineOfThePrimary() public {
        session(2, 3);
        bytes32 t = assigned("a");
        stale(t, SessionQueue.Deadline.Precommit, 0);
        ack(t, 2);
        stale(t, SessionQueue.Deadline.Precommit, 0);
        ack(t, 1);
        early(t, SessionQueue.Deadline.Precommit, 0, START + 300);
        stage(t, 1, SessionQueue.Stage.Gone);
        stage(t, 2, SessionQueue.Stage.Acked);
        is_(t, SessionQueue.Phase.Dispatched);
        stale(t, SessionQueue.Deadline.Precommit, 0);
    }

    function test_precommitDeadlineOfReplicas() public {
        session(3, 5);
        bytes32 t = assigned("a");
        bound_(t, 1, reveal(1, 1));
        ack(t, 2);
        vm.warp(START + 300);
        queue.enforce(t, SessionQueue.Deadline.Precommit, 0);
        stage(t, 2, SessionQueue.Stage.Gone);
        stage(t, 3, SessionQueue.Stage.Gone);
        equal(queue.attemptsOf(t).length, 3, "too late for others");
        is_(t, SessionQueue.Phase.Precommitted);
    }

    function test_commitDeadline() public {
        session(3, 6);
        bytes32 t = assigned("a");
        stale(t, SessionQueue.Deadline.Commit, 0);
        for (uint256 i = 1; i <= 3; ++i) {
            bound_(t, i, reveal(1, 1));
        }
        commit(t, 2, reveal(1, 1));
        early(t, SessionQueue.Deadline.Commit, 0, START + 60);
        stage(t, 1, SessionQueue.Stage.Gone);
        stage(t, 2, SessionQueue.Stage.Committed);
        stage(t, 3, SessionQueue.Stage.Gone);
        equal(queue.attemptsOf(t).length, 5, "a primary and a replica are replaced");
        isTrue(queue.attemptsOf(t)[3].primary && !queue.attemptsOf(t)[4].primary, "in that order");
        is_(t, SessionQueue.Phase.Dispatched);
        stale(t, SessionQueue.Deadline.Commit, 0);
    }

    function test_commitDeadlineOfAReplicaOnly() public {
        session(2, 4);
        bytes32 t = assigned("a");
        bound_(t, 1, reveal(1, 1));
        bound_(t, 2, reveal(1, 1));
        commit(t, 1, reveal(1, 1));
        vm.warp(START + 60);
        queue.enforce(t, SessionQueue.Deadline.Commit, 0);
        equal(queue.attemptsOf(t).length, 2, "too late for another");
        is_(t, SessionQueue.Phase.Committed);
    }

    function test_commitDeadlineWithNobodyLeft() public {
        session(2, 2);
        bytes32 t = assigned("a");
        bound_(t, 1, reveal(1, 1));
        bound_(t, 2, reveal(1, 1));
        vm.warp(START + 60);
        queue.enforce(t, SessionQueue.Deadline.Commit, 0);
        is_(t, SessionQueue.Phase.Failed);
        equal(queue.attemptsOf(t).length, 2, "nobody is asked for a task that failed");
    }

    function test_validateDeadline() public {
        session(1, 1);
        bytes32 t = assigned("a");
        stale(t, SessionQueue.Deadline.Validate, 0);
        bound_(t, 1, reveal(1, 1));
        commit(t, 1, reveal(1, 1));
        early(t, SessionQueue.Deadline.Validate, 0, START + 600);
        is_(t, SessionQueue.Phase.Failed);
        equal(payment.queueWei(id), 1 ether, "nothing paid");
    }

    // Cancelling.

    function test_onlyTheClientCancels() public {
        session(1, 1);
        bytes32 t = assigned("a");
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, address(this)));
        queue.cancel(t);
        bound_(t, 1, reveal(1, 1));
        vm.prank(client);
        queue.cancel(t);
        is_(t, SessionQueue.Phase.Cancelled);
        equal(queue.ledgerOf(id).availableWei, 1 ether, "the hold is given back");
    }
}
