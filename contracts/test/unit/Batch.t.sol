// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {InferencePayment} from "../../src/InferencePayment.sol";
import {Brief, Outcome, Settlement} from "../../src/lib/Terms.sol";
import {PayingWorld} from "../support/PayingWorld.sol";
import {Vm} from "../support/Test.sol";

/// @dev Batches in which a session has ended in another way after the committee signed.
contract BatchTest is PayingWorld {
    uint256 private constant OVERDUE = START + 2 days;

    function three() private returns (InferencePayment.Item[] memory items) {
        items = new InferencePayment.Item[](3);
        for (uint256 i = 0; i < 3; ++i) {
            items[i] = item(open(gateway, 1, 2, ETH).brief, earned(2, 0.1 ether + uint128(i)));
        }
    }

    function settled(InferencePayment.Item[] memory items, uint256 seats, bytes memory signatures)
        private
        returns (bytes32[] memory skipped, InferencePayment.Phase[] memory phases)
    {
        vm.recordLogs();
        vm.prank(gateway);
        payment.settle(items, seats, signatures);
        return skips();
    }

    /// @dev Which sessions were skipped, and the phases they were said to be in.
    function skips() private returns (bytes32[] memory ids, InferencePayment.Phase[] memory phases) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 count;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == InferencePayment.Skipped.selector) ++count;
        }
        (ids, phases) = (new bytes32[](count), new InferencePayment.Phase[](count));
        uint256 next;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != InferencePayment.Skipped.selector) continue;
            ids[next] = logs[i].topics[1];
            phases[next++] = abi.decode(logs[i].data, (InferencePayment.Phase));
        }
    }

    function test_nobodyIsToldOfNothing() public {
        Live memory live = open(gateway, 1, 1, ETH);
        InferencePayment.Item[] memory items = one(live.brief, earned(1, 0));
        items[0].tasks = 0;
        pin();
        vm.recordLogs();
        settle(items);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            isTrue(logs[i].topics[0] != InferencePayment.Credited.selector, "no credit of nothing");
        }
    }

    function test_theOthersAreSettledWhenOneExpiredMeanwhile() public {
        InferencePayment.Item[] memory items = three();
        vm.warp(OVERDUE);
        registry.makeSet();
        pin();
        (uint256 seats, bytes memory signatures) = batchAttestation(items);
        vm.prank(stranger);
        payment.expire(items[1].brief);
        (bytes32[] memory ids, InferencePayment.Phase[] memory phases) = settled(items, seats, signatures);
        equal(ids.length, 1, "one");
        equal(ids[0], items[1].brief.sessionId, "which");
        isTrue(phases[0] == InferencePayment.Phase.Settled, "why");
        uint256 each = (uint256(0.2 ether) / 20 + uint256(0.2 ether + 4) / 20) / 3;
        equal(sumOfValidators(), each * 3, "validators have their share of what was settled, and no other");
        vm.warp(OVERDUE + 1 days);
        finalize(items[0].brief, settlementOf(items[0]));
        finalize(items[1].brief, nothing(items[1].brief, Outcome.Expired));
        finalize(items[2].brief, settlementOf(items[2]));
        equal(payment.credits(client), 3 * ETH - 0.4 ether - 4, "all of the expired one comes back");
        equal(payment.credits(nodeOwner(0)), 0.16 ether + 1, "a node is paid by the two others");
        everythingLeaves();
    }

    function test_aBatchWhoseSessionsHaveAllEndedIsUsedUp() public {
        Live memory live = open(gateway, 1, 2, ETH);
        InferencePayment.Item[] memory items = one(live.brief, earned(2, 0.1 ether));
        pin();
        (uint256 seats, bytes memory signatures) = batchAttestation(items);
        vm.prank(gateway);
        payment.fail(live.brief);
        (bytes32[] memory ids,) = settled(items, seats, signatures);
        equal(ids.length, 1, "skipped");
        equal(sumOfValidators() + payment.credits(treasury), 0, "nothing is paid");
        (uint64 batch,) = payment.batches(gateway);
        equal(batch, 1, "the next batch can be signed");
        (, uint256 until) = payment.recordOf(live.brief.sessionId);
        equal(until, START + 1 days, "the window is the one it had");
        settleOne(open(gateway, 1, 1, ETH).brief, earned(1, 0.1 ether));
        vm.warp(START + 1 days);
        finalize(live.brief, nothing(live.brief, Outcome.Failed));
        equal(payment.credits(client), ETH, "as it had ended");
    }

    function test_whatIsPaidOutAlreadyIsSkipped() public {
        InferencePayment.Item[] memory items = three();
        InferencePayment.Item[] memory first = new InferencePayment.Item[](1);
        pin();
        first[0] = items[0];
        settle(first);
        vm.prank(gateway);
        payment.fail(items[1].brief);
        vm.warp(START + 1 days);
        finalize(items[0].brief, settlementOf(items[0]));
        finalize(items[1].brief, nothing(items[1].brief, Outcome.Failed));
        uint256 before = payment.credits(treasury) + sumOfValidators();
        (uint256 seats, bytes memory signatures) = batchAttestation(items);
        (bytes32[] memory ids, InferencePayment.Phase[] memory phases) = settled(items, seats, signatures);
        equal(ids.length, 2, "two");
        equal(ids[0], items[0].brief.sessionId, "the first");
        equal(ids[1], items[1].brief.sessionId, "the second");
        isTrue(phases[0] == InferencePayment.Phase.Closed && phases[1] == InferencePayment.Phase.Failed, "as they were");
        isTrue(phaseOf(ids[0]) == InferencePayment.Phase.Closed, "an end is final");
        isTrue(phaseOf(ids[1]) == InferencePayment.Phase.Failed, "an end is final");
        uint256 spent = 0.2 ether + 4;
        equal(
            payment.credits(treasury) + sumOfValidators() - before,
            spent - 2 * (uint256(0.1 ether + 2) * 8 / 10) - spent / 10,
            "once for each session"
        );
        vm.warp(START + 2 days);
        finalize(items[2].brief, settlementOf(items[2]));
        everythingLeaves();
    }

    function test_aSessionTwiceInABatchIsSettledOnce() public {
        Live memory live = open(gateway, 1, 1, ETH);
        pin();
        InferencePayment.Item[] memory items = new InferencePayment.Item[](2);
        items[0] = item(live.brief, earned(1, 0.1 ether));
        items[1] = item(live.brief, earned(1, 0.2 ether));
        (uint256 seats, bytes memory signatures) = batchAttestation(items);
        (bytes32[] memory ids,) = settled(items, seats, signatures);
        equal(ids.length, 1, "the second is skipped");
        equal(nodes.nodeOf(node(0)).untested, 1, "its slot is given back once");
        vm.warp(START + 1 days);
        finalize(live.brief, settlementOf(items[0]));
        equal(payment.credits(client), 0.9 ether, "by the first");
        everythingLeaves();
    }

    function test_onlyWhatHasEndedIsSkipped() public {
        InferencePayment.Item[] memory items = three();
        pin();
        (uint256 seats, bytes memory signatures) = batchAttestation(items);
        vm.prank(client);
        sessions.close(items[1].brief);
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 was = items[i].brief.tailDigest;
            items[i].brief.tailDigest = "other";
            vm.expectRevert(abi.encodeWithSelector(InferencePayment.WrongTerms.selector, items[i].brief.sessionId));
            vm.prank(gateway);
            payment.settle(items, seats, signatures);
            items[i].brief.tailDigest = was;
        }
        // One that is not open yet could be, and then it would be settled by nobody.
        bytes32 id = items[2].brief.sessionId;
        items[2].brief.sessionId = "not yet";
        vm.expectRevert(wrongPhase("not yet", InferencePayment.Phase.None));
        vm.prank(gateway);
        payment.settle(items, seats, signatures);
        items[2].brief.sessionId = id;
        (bytes32[] memory ids,) = settled(items, seats, signatures);
        equal(ids.length, 0, "none");
    }

    /// @dev The gateway cannot put in, leave out or change what is skipped.
    function test_whatIsSkippedWasAttestedToo() public {
        InferencePayment.Item[] memory items = three();
        pin();
        (uint256 seats, bytes memory signatures) = batchAttestation(items);
        vm.prank(gateway);
        payment.fail(items[2].brief);
        InferencePayment.Item[] memory fewer = new InferencePayment.Item[](2);
        (fewer[0], fewer[1]) = (items[0], items[1]);
        isRefused(fewer, seats, signatures);
        (uint256 fewerSeats, bytes memory fewerSignatures) = batchAttestation(fewer);
        isRefused(items, fewerSeats, fewerSignatures);
        items[2].brief.head.client = stranger;
        isRefused(items, seats, signatures);
        items[2].brief.head.client = client;
        items[2].earnedWei[0] += 1;
        isRefused(items, seats, signatures);
        items[2].earnedWei[0] -= 1;
        items[2].tasks += 1;
        isRefused(items, seats, signatures);
        items[2].tasks -= 1;
        items[2].brief.head.gateway = stranger;
        isRefused(items, seats, signatures);
        items[2].brief.head.gateway = gateway;
        (bytes32[] memory ids,) = settled(items, seats, signatures);
        equal(ids.length, 1, "as attested it is taken");
    }

    function isRefused(InferencePayment.Item[] memory items, uint256 seats, bytes memory signatures) private {
        vm.expectRevert();
        vm.prank(gateway);
        payment.settle(items, seats, signatures);
    }

    function test_aRescueSkipsToo() public {
        InferencePayment.Item[] memory items = three();
        vm.warp(OVERDUE);
        registry.makeSet();
        pin();
        (uint256 seats, bytes memory signatures) = attestRescue(items);
        payment.expire(items[0].brief);
        vm.recordLogs();
        vm.prank(stranger);
        payment.rescue(gateway, items, seats, signatures);
        (bytes32[] memory ids,) = skips();
        equal(ids.length, 1, "one");
        equal(ids[0], items[0].brief.sessionId, "which");
        vm.warp(OVERDUE + 1 days);
        finalize(items[0].brief, nothing(items[0].brief, Outcome.Expired));
        finalize(items[1].brief, rescueOf(items[1]));
        finalize(items[2].brief, rescueOf(items[2]));
        equal(payment.credits(gatewayOwner), 0, "no share");
        everythingLeaves();
    }

    /// @dev Sessions that are open, or ended in any way, in one batch: what is settled is what was open, to the wei.
    function testFuzz_mixedBatch(uint8[4] memory ways, uint96[4] memory amounts, bool rescued) public {
        InferencePayment.Item[] memory items = new InferencePayment.Item[](4);
        Settlement[] memory ends = new Settlement[](4);
        pin();
        for (uint256 i = 0; i < 4; ++i) {
            Brief memory brief = open(gateway, 1, 1 + i % 3, ETH).brief;
            items[i] = item(brief, earned(1 + i % 3, uint128(bound(amounts[i], 1, 0.3 ether))));
            ends[i] = early(items[i], ways[i] % 7);
        }
        vm.warp(OVERDUE);
        registry.makeSet();
        pin();
        for (uint256 i = 0; i < 4; ++i) {
            late(items[i], ends[i], ways[i] % 7);
        }
        uint256 before = sumOfValidators() + payment.credits(treasury);
        (uint256 paid, uint256 skipped) = (0, 0);
        for (uint256 i = 0; i < 4; ++i) {
            if (ways[i] % 7 > 1) {
                ++skipped;
                continue;
            }
            ends[i] = rescued ? rescueOf(items[i]) : settlementOf(items[i]);
            paid += ETH - ends[i].clientWei - ends[i].gatewayWei;
            for (uint256 n = 0; n < ends[i].nodeWei.length; ++n) {
                paid -= ends[i].nodeWei[n];
            }
        }
        vm.recordLogs();
        (uint256 seats, bytes memory signatures) = rescued ? attestRescue(items) : batchAttestation(items);
        vm.prank(rescued ? stranger : gateway);
        if (rescued) payment.rescue(gateway, items, seats, signatures);
        else payment.settle(items, seats, signatures);
        (bytes32[] memory ids,) = skips();
        equal(ids.length, skipped, "who ended is skipped");
        equal(sumOfValidators() + payment.credits(treasury) - before, paid, "validators and treasury");
        vm.warp(OVERDUE + 1 days);
        for (uint256 i = 0; i < 4; ++i) {
            if (phaseOf(items[i].brief.sessionId) == InferencePayment.Phase.Settled) finalize(items[i].brief, ends[i]);
        }
        everythingLeaves();
    }

    /// @dev Ends a session by the second half of the ways: closing, given up and paid out, settled and paid out.
    function early(InferencePayment.Item memory i, uint256 way) private returns (Settlement memory end) {
        if (way == 1) {
            vm.prank(client);
            sessions.close(i.brief);
        } else if (way == 5) {
            vm.prank(gateway);
            payment.fail(i.brief);
            end = nothing(i.brief, Outcome.Failed);
        } else if (way == 6) {
            end = settleOne(i.brief, i.earnedWei);
        }
    }

    function late(InferencePayment.Item memory i, Settlement memory end, uint256 way) private {
        if (way == 2) {
            vm.prank(gateway);
            payment.fail(i.brief);
            copy(end, nothing(i.brief, Outcome.Failed));
        } else if (way == 3) {
            copy(end, settleOne(i.brief, i.earnedWei));
        } else if (way == 4) {
            payment.expire(i.brief);
            copy(end, nothing(i.brief, Outcome.Expired));
        } else if (way > 4) {
            finalize(i.brief, end);
        }
    }

    function copy(Settlement memory to, Settlement memory from) private pure {
        to.outcome = from.outcome;
        to.receiptsRoot = from.receiptsRoot;
        to.earnedWei = from.earnedWei;
        to.nodeWei = from.nodeWei;
        to.gatewayWei = from.gatewayWei;
        to.clientWei = from.clientWei;
    }
}
