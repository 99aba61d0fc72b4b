// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {InferencePayment} from "../../src/InferencePayment.sol";
import {SessionQueue} from "../../src/SessionQueue.sol";
import {Outcome, Settlement} from "../../src/lib/Terms.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {PayingWorld} from "../support/PayingWorld.sol";
import {QueueWorld} from "../support/QueueWorld.sol";

/// @dev Who follows the events knows all there is: each is there, with what it must hold.
contract PaymentEventsTest is PayingWorld {
    function told() private {
        vm.expectEmit(true, true, true, true);
    }

    function signers() private view returns (address[] memory list) {
        (uint64 batch, uint64 set) = payment.batches(gateway);
        address[] memory all = registry.committeeFor(payment.batchSubject(gateway, batch), set, address(0));
        list = new address[](3);
        (list[0], list[1], list[2]) = (all[0], all[1], all[2]);
    }

    function test_closing() public {
        Live memory live = open(gateway, 1, 2, ETH);
        told();
        emit InferencePayment.Closing(live.brief.sessionId, uint40(START + 1 days));
        vm.prank(client);
        sessions.close(live.brief);
    }

    function test_pinning() public {
        told();
        emit InferencePayment.CommitteePinned(gateway, 0, 1);
        payment.pinCommittee(gateway);
    }

    function test_settlingAndPayingOut() public {
        pin();
        for (uint64 batch = 0; batch < 2; ++batch) {
            Live memory live = open(gateway, 1, 2, ETH);
            InferencePayment.Item[] memory items = one(live.brief, earned(2, 0.1 ether + 7));
            Settlement memory s = settlementOf(items[0]);
            (uint256 seats, bytes memory signatures) = batchAttestation(items);
            uint256 spent = 0.2 ether + 14;
            uint256 each = spent / 20 / 3;
            uint256 rest = spent - s.nodeWei[0] - s.nodeWei[1] - s.gatewayWei - each * 3;
            address[] memory signed = signers();
            told();
            emit InferencePayment.Settled(
                live.brief.sessionId, Outcome.Closed, items[0].receiptsRoot, items[0].earnedWei, uint40(block.timestamp + 1 days)
            );
            told();
            emit InferencePayment.Credited(signed[0], 0, each);
            told();
            emit InferencePayment.Credited(treasury, 0, rest);
            told();
            emit InferencePayment.BatchSettled(gateway, batch, signed, each * 3, rest);
            vm.prank(gateway);
            payment.settle(items, seats, signatures);
            vm.warp(block.timestamp + 1 days);
            told();
            emit InferencePayment.Finalized(live.brief.sessionId, InferencePayment.Phase.Closed);
            finalize(live.brief, s);
        }
        uint256 credit = payment.credits(client);
        told();
        emit InferencePayment.Withdrawn(client, client, credit);
        payment.withdraw(client);
    }

    function test_endsWithoutASettlement() public {
        Live memory live = open(gateway, 1, 2, ETH);
        told();
        emit InferencePayment.Settled(live.brief.sessionId, Outcome.Failed, 0, earned(2, 0), uint40(START + 1 days));
        vm.prank(gateway);
        payment.fail(live.brief);
        vm.warp(START + 1 days);
        told();
        emit InferencePayment.Finalized(live.brief.sessionId, InferencePayment.Phase.Failed);
        finalize(live.brief, nothing(live.brief, Outcome.Failed));
    }

    function test_challenges() public {
        Live memory live = open(gateway, 1, 2, ETH);
        Settlement memory s = settleOne(live.brief, earned(2, 0.2 ether));
        bytes memory v = voucher(live.brief, 0, 1, 0.3 ether);
        Settlement memory corrected = settlementOf(item(live.brief, earned(2, 0.2 ether)));
        corrected.earnedWei[0] = 0.3 ether;
        corrected.nodeWei[0] += corrected.gatewayWei;
        corrected.gatewayWei = 0;
        told();
        emit InferencePayment.Corrected(live.brief.sessionId, corrected, 0.04 ether);
        payment.claim(live.brief, s, 0, 1, 0.3 ether, v);
        Typed.ReceiptAttestation memory a = Typed.ReceiptAttestation("a", "session", "task", 1, 2, 3);
        Typed.ReceiptAttestation memory b = Typed.ReceiptAttestation("b", "session", "task", 1, 2, 3);
        bytes memory aSigned = sign(GATEWAY_KEY, typed(Typed.hash(a)));
        bytes memory bSigned = sign(GATEWAY_KEY, typed(Typed.hash(b)));
        told();
        emit InferencePayment.Contradicted("session", gateway, "task");
        payment.contradict(gateway, a, aSigned, b, bSigned);
    }

    function test_tasksOnChain() public {
        Live memory live = open(address(queue), 1, 1, ETH);
        bytes32 id = live.brief.sessionId;
        address[] memory payees = new address[](1);
        uint256[] memory amounts = new uint256[](1);
        address[] memory signed = new address[](2);
        (payees[0], amounts[0]) = (nodeOwner(0), 101);
        (signed[0], signed[1]) = (validatorOwner(0), validatorOwner(1));
        told();
        emit InferencePayment.TaskPaid(id, 101);
        vm.prank(address(queue));
        payment.payTask(id, payees, amounts, signed);
        equal(payment.credits(validatorOwner(0)), 2, "half of a twentieth");
        equal(payment.credits(validatorOwner(1)), 2, "the same");
        equal(payment.credits(treasury), 101 - 90 - 4, "the rest");
        told();
        emit InferencePayment.Finalized(id, InferencePayment.Phase.Closed);
        vm.prank(address(queue));
        payment.finishQueue(live.brief);
        equal(payment.queueWei(id), 0, "nothing is left in it");
    }
}

contract QueueEventsTest is QueueWorld {
    function told() private {
        vm.expectEmit(true, true, true, true);
    }


    function test_sessions() public {
        Live memory l = open(address(queue), 1, 2, 1 ether);
        told();
        emit SessionQueue.SessionStarted(l.brief.sessionId, client);
        queue.start(l.brief, l.tail);
        told();
        emit SessionQueue.SessionFinished(l.brief.sessionId);
        vm.prank(client);
        queue.finish(l.brief);
    }

    function test_aTaskThatEndsWell() public {
        session(1, 1);
        uint40 now_ = uint40(block.timestamp);
        bytes32 t = queue.taskIdOf(id, "a");
        told();
        emit SessionQueue.TaskQueued(t, id, "a", SPEC, "", now_ + 1 hours);
        enqueue("a");
        told();
        emit SessionQueue.TaskAssigned(t, node(0), 1, true, now_ + 30);
        queue.assign(t);
        told();
        emit SessionQueue.TaskAcked(t, node(0), 1);
        ack(t, 1);
        SessionQueue.Reveal memory r = reveal(1, 2);
        bytes32 statement = queue.statementOf(t, 1, r);
        told();
        emit SessionQueue.TaskPrecommitted(t, node(0), 1, sha256(abi.encodePacked(r.salt, statement)));
        told();
        emit SessionQueue.TaskAllPrecommitted(t, now_ + 60);
        precommit(t, 1, r);
        told();
        emit SessionQueue.TaskCommitted(t, node(0), 1, r, "");
        told();
        emit SessionQueue.TaskAllCommitted(t, keccak256(abi.encodePacked(statement)), now_ + 600);
        commit(t, 1, r);
        told();
        emit SessionQueue.TaskCompleted(t, id, 7e9);
        validate(t, true);
    }

    function test_aTaskThatTheClientSigned() public {
        session(1, 1);
        uint40 until = uint40(block.timestamp + 60);
        bytes32 spec = sha256("prompt");
        bytes32 hash = keccak256(abi.encode(Typed.TASK_REQUEST, id, bytes32("a"), spec, uint32(1), uint32(2), until));
        bytes memory signature = sign(CLIENT_KEY, typed(hash));
        vm.expectRevert(SessionQueue.BadData.selector);
        queue.enqueueFor(id, "a", spec, "other", 1, 2, until, signature);
        bytes32 t = queue.taskIdOf(id, "a");
        told();
        emit SessionQueue.TaskQueued(t, id, "a", spec, "prompt", until);
        queue.enqueueFor(id, "a", spec, "prompt", 1, 2, until, signature);
    }

    function test_tasksThatDoNot() public {
        session(1, 1);
        bytes32 t = assigned("a");
        told();
        emit SessionQueue.NodeLost(t, node(0), 1, SessionQueue.Loss.Left);
        giveUp(t, 1);
        bytes32 u = assigned("b");
        vm.warp(block.timestamp + 1 hours);
        told();
        emit SessionQueue.TaskFailed(u, id, SessionQueue.Failure.DeadlineExceeded);
        queue.enforce(u, SessionQueue.Deadline.Task, 0);
        bytes32 v = enqueue("c");
        told();
        emit SessionQueue.TaskCancelled(v, id);
        vm.prank(client);
        queue.cancel(v);
    }
}
