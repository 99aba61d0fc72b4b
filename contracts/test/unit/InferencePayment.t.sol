// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {PayingWorld} from "../support/PayingWorld.sol";
import {Bonds} from "../../src/base/Bonds.sol";
import {InferencePayment} from "../../src/InferencePayment.sol";
import {Module} from "../../src/base/Module.sol";
import {NodePool} from "../../src/NodePool.sol";
import {Session} from "../../src/Session.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {Brief, Outcome, Seat, Settlement, Terms} from "../../src/lib/Terms.sol";
import {Typed} from "../../src/lib/Typed.sol";

contract InferencePaymentTest is PayingWorld {
    // Settlement.

    function test_settlesAndPays() public {
        Live memory live = open(gateway, 1, 3, ETH);
        uint128[] memory earned_ = new uint128[](3);
        (earned_[0], earned_[1], earned_[2]) = (0.3 ether + 7, 0.2 ether + 1, 3);
        Settlement memory s = settleOne(live.brief, earned_);
        uint256 spent = 0.5 ether + 11;
        (InferencePayment.Phase phase, uint256 time) = payment.recordOf(live.brief.sessionId);
        isTrue(phase == InferencePayment.Phase.Settled, "settled");
        equal(time, START + 1 days, "window");
        equal(nodes.nodeOf(node(0)).reserved, 0, "slots are given back");
        equal(payment.queueWei(live.brief.sessionId), 0, "not the queue's");
        // Validators and treasury at once, nobody else before the window ends.
        uint256 each = (spent * 5 / 100) / 3;
        equal(sumOfValidators(), each * 3, "validators");
        equal(payment.credits(nodeOwner(0)), 0, "not yet");
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.TooEarly.selector, START + 1 days));
        finalize(live.brief, s);
        vm.warp(START + 1 days);
        finalize(live.brief, s);
        equal(payment.credits(nodeOwner(0)), uint256(0.3 ether + 7) * 80 / 100, "node 0");
        equal(payment.credits(nodeOwner(1)), uint256(0.2 ether + 1) * 80 / 100, "node 1");
        equal(payment.credits(nodeOwner(2)), 2, "node 2");
        equal(payment.credits(gatewayOwner), spent / 10, "gateway");
        equal(payment.credits(client), ETH - spent, "client");
        uint256 others = payment.credits(nodeOwner(0)) + payment.credits(nodeOwner(1)) + 2 + spent / 10 + each * 3;
        equal(payment.credits(treasury), spent - others, "the treasury has the rest of every rounding");
        isTrue(phaseOf(live.brief.sessionId) == InferencePayment.Phase.Closed, "closed");
        everythingLeaves();
    }

    function test_settlesManyAtOnce() public {
        pin();
        InferencePayment.Item[] memory items = new InferencePayment.Item[](3);
        for (uint256 i = 0; i < 3; ++i) {
            items[i] = item(open(gateway, 1, i + 1, ETH).brief, earned(i + 1, 0.1 ether));
        }
        settle(items);
        vm.warp(START + 1 days);
        for (uint256 i = 0; i < 3; ++i) {
            finalize(items[i].brief, settlementOf(items[i]));
        }
        equal(payment.credits(nodeOwner(0)), 0.24 ether, "node 0 in three sessions");
        equal(payment.credits(gatewayOwner), 0.06 ether, "gateway");
        everythingLeaves();
    }

    function test_theWholeBudgetCanBeSpentButNoMore() public {
        Live memory live = open(gateway, 1, 2, ETH);
        InferencePayment.Item[] memory items = one(live.brief, earned(2, 0.5 ether + 1));
        pin();
        (uint256 seats, bytes memory signatures) = batchAttestation(items);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.OverBudget.selector, ETH + 2, ETH));
        vm.prank(gateway);
        payment.settle(items, seats, signatures);
        Settlement memory s = settleOne(live.brief, earned(2, 0.5 ether));
        equal(s.clientWei, 0, "nothing is left");
        vm.warp(START + 1 days);
        finalize(live.brief, s);
        everythingLeaves();
    }

    function test_onlyTheGatewaySettles() public {
        Live memory live = open(gateway, 1, 2, ETH);
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, stranger));
        vm.prank(stranger);
        payment.settle(one(live.brief, earned(2, 1)), 7, "");
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, stranger));
        payment.rescue(stranger, one(live.brief, earned(2, 1)), 7, "");
    }

    function test_refusesBadItems() public {
        Live memory live = open(gateway, 1, 2, ETH);
        pin();
        vm.startPrank(gateway);
        vm.expectRevert(InferencePayment.Empty.selector);
        payment.settle(new InferencePayment.Item[](0), 7, "");
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.BadAmounts.selector, 3, 2));
        payment.settle(one(live.brief, earned(3, 1)), 7, "");
        InferencePayment.Item[] memory items = one(live.brief, earned(2, 1));
        items[0].tasks = 0;
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.BadTasks.selector, 0, 0));
        payment.settle(items, 7, "");
        live.brief.head.budgetWei += 1;
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.WrongTerms.selector, live.brief.sessionId));
        payment.settle(one(live.brief, earned(2, 1)), 7, "");
        live.brief.sessionId = "unknown";
        vm.expectRevert(
            abi.encodeWithSelector(
                InferencePayment.WrongPhase.selector, live.brief.sessionId, InferencePayment.Phase.None
            )
        );
        payment.settle(one(live.brief, earned(2, 1)), 7, "");
        vm.stopPrank();
    }

    function test_numberOfTasks() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(1), ETH);
        o.maxTasks = 10;
        signOpening(o);
        (Brief memory brief,) = sessions.termsOf(o);
        sessions.open(o, permitNone());
        InferencePayment.Item[] memory items = one(brief, earned(1, 1));
        items[0].tasks = 11;
        pin();
        vm.prank(gateway);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.BadTasks.selector, 11, 10));
        payment.settle(items, 7, "");
        items[0].tasks = 10;
        settle(items);
    }

    function test_nothingSpentNeedsNoTask() public {
        Live memory live = open(gateway, 1, 1, ETH);
        InferencePayment.Item[] memory items = one(live.brief, earned(1, 0));
        items[0].tasks = 0;
        pin();
        settle(items);
        vm.warp(START + 1 days);
        finalize(live.brief, settlementOf(items[0]));
        equal(payment.credits(client), ETH, "all goes back");
    }

    function test_neverTwice() public {
        Live memory live = open(gateway, 1, 1, ETH);
        Settlement memory s = settleOne(live.brief, earned(1, 0.1 ether));
        bytes32 id = live.brief.sessionId;
        vm.prank(gateway);
        vm.expectRevert(wrongPhase(id, InferencePayment.Phase.Settled));
        payment.fail(live.brief);
        vm.warp(START + 10 days);
        vm.expectRevert(wrongPhase(id, InferencePayment.Phase.Settled));
        payment.expire(live.brief);
        finalize(live.brief, s);
        vm.expectRevert(wrongPhase(id, InferencePayment.Phase.Closed));
        finalize(live.brief, s);
        vm.expectRevert(wrongPhase(id, InferencePayment.Phase.Closed));
        payment.expire(live.brief);
    }

    function test_anotherSettlementIsNotPaid() public {
        Live memory live = open(gateway, 1, 2, ETH);
        Settlement memory s = settleOne(live.brief, earned(2, 0.1 ether));
        vm.warp(START + 1 days);
        s.nodeWei[0] += 1;
        s.clientWei -= 1;
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.WrongTerms.selector, live.brief.sessionId));
        finalize(live.brief, s);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.BadAmounts.selector, 0, 1));
        Brief[] memory briefs = new Brief[](1);
        payment.finalize(briefs, new Settlement[](0));
    }

    function test_attestationOfTheBatchOnly() public {
        Live memory live = open(gateway, 1, 2, ETH);
        pin();
        InferencePayment.Item[] memory items = one(live.brief, earned(2, 0.1 ether));
        (uint256 seats, bytes memory signatures) = batchAttestation(items);
        items[0].earnedWei[0] += 1;
        vm.prank(gateway);
        vm.expectRevert();
        payment.settle(items, seats, signatures);
        items[0].earnedWei[0] -= 1;
        items[0].receiptsRoot = "other";
        vm.prank(gateway);
        vm.expectRevert();
        payment.settle(items, seats, signatures);
        vm.prank(gateway);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, 0, 3));
        payment.settle(items, 0, "");
    }

    function test_committeeOfABatchIsPinnedBefore() public {
        Live memory live = open(gateway, 1, 1, ETH);
        vm.prank(gateway);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.CommitteeStale.selector, 0));
        payment.settle(one(live.brief, earned(1, 1)), 7, "");
        pin();
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.CommitteeFresh.selector, 1));
        payment.pinCommittee(gateway);
        vm.warp(START + 2 hours);
        registry.makeSet();
        (, uint64 set) = payment.batches(gateway);
        equal(set, 1, "a new set changes nothing");
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.CommitteeFresh.selector, 1));
        payment.pinCommittee(gateway);
        settle(one(live.brief, earned(1, 1)));
        uint64 batch;
        (batch, set) = payment.batches(gateway);
        equal(batch, 1, "next batch");
        equal(set, 2, "judged from the newest set");
        live = open(gateway, 1, 1, ETH);
        vm.warp(START + 2 hours + 2 days - 1);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.CommitteeFresh.selector, 2));
        payment.pinCommittee(gateway);
        vm.warp(START + 2 hours + 2 days);
        vm.prank(gateway);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.CommitteeStale.selector, 2));
        payment.settle(one(live.brief, earned(1, 1)), 7, "");
        registry.makeSet();
        payment.pinCommittee(gateway);
        settle(one(live.brief, earned(1, 1)));
    }

    // Ends without a settlement.

    function test_gatewayGivesUp() public {
        Live memory live = open(gateway, 1, 2, ETH);
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, client));
        vm.prank(client);
        payment.fail(live.brief);
        vm.prank(gateway);
        payment.fail(live.brief);
        equal(nodes.nodeOf(node(1)).reserved, 0, "slots are given back");
        vm.warp(START + 1 days);
        finalize(live.brief, nothing(live.brief, Outcome.Failed));
        isTrue(phaseOf(live.brief.sessionId) == InferencePayment.Phase.Failed, "failed");
        equal(payment.credits(client), ETH, "all goes back");
        everythingLeaves();
    }

    function test_endsWithoutASettlementNeedTheTerms() public {
        Live memory live = open(gateway, 1, 2, ETH);
        live.brief.head.client = stranger;
        bytes memory wrong = abi.encodeWithSelector(InferencePayment.WrongTerms.selector, live.brief.sessionId);
        vm.expectRevert(wrong);
        vm.prank(gateway);
        payment.fail(live.brief);
        vm.warp(START + 2 days);
        vm.expectRevert(wrong);
        payment.expire(live.brief);
    }

    function test_anyoneRefundsAfterExpiry() public {
        Live memory live = open(gateway, 1, 2, ETH);
        vm.warp(START + 2 days - 1);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.TooEarly.selector, START + 2 days));
        payment.expire(live.brief);
        vm.warp(START + 2 days);
        vm.prank(stranger);
        payment.expire(live.brief);
        Settlement memory s = nothing(live.brief, Outcome.Expired);
        vm.warp(START + 3 days - 1);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.TooEarly.selector, START + 3 days));
        finalize(live.brief, s);
        vm.warp(START + 3 days);
        finalize(live.brief, s);
        isTrue(phaseOf(live.brief.sessionId) == InferencePayment.Phase.Expired, "expired");
        equal(payment.credits(client), ETH, "all goes back");
        everythingLeaves();
    }

    function test_expiryAfterClosing() public {
        Live memory live = open(gateway, 1, 2, ETH);
        vm.prank(client);
        sessions.close(live.brief);
        vm.warp(START + 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.TooEarly.selector, START + 1 days));
        payment.expire(live.brief);
        vm.warp(START + 1 days);
        payment.expire(live.brief);
        equal(nodes.nodeOf(node(0)).untested, 1, "given back once");
    }

    function test_closingNeedsTheTerms() public {
        Live memory live = open(gateway, 1, 2, ETH);
        live.brief.seats[1].payee = stranger;
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.WrongTerms.selector, live.brief.sessionId));
        vm.prank(client);
        sessions.close(live.brief);
    }

    function test_aClosedSessionSettlesWithoutGivingSlotsBackAgain() public {
        Live memory live = open(gateway, 1, 2, ETH);
        vm.prank(client);
        sessions.close(live.brief);
        settleOne(live.brief, earned(2, 0.1 ether));
        equal(nodes.nodeOf(node(0)).untested, 1, "once");
    }

    function test_aLateSettlementIsStillOne() public {
        Live memory live = open(gateway, 1, 2, ETH);
        vm.warp(START + 5 days);
        registry.makeSet();
        settleOne(live.brief, earned(2, 0.1 ether));
    }

    function test_queueSessionsDoNotExpireHere() public {
        Live memory live = open(address(queue), 1, 2, ETH);
        vm.warp(START + 10 days);
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, address(this)));
        payment.expire(live.brief);
    }

    // Claims.

    function test_aVoucherOverridesFromTheGatewaysShare() public {
        Live memory live = open(gateway, 1, 2, ETH);
        Settlement memory s = settleOne(live.brief, earned(2, 0.2 ether));
        uint256 bond = subnets.bondOf(gateway).stakedWei;
        bytes memory v = voucher(live.brief, 1, 12, 0.24 ether);
        vm.prank(stranger);
        payment.claim(live.brief, s, 1, 12, 0.24 ether, v);
        s.earnedWei[1] = 0.24 ether;
        s.nodeWei[1] = 0.192 ether;
        s.gatewayWei = 0.04 ether - 0.032 ether;
        equal(subnets.bondOf(gateway).stakedWei, bond * 9 / 10, "a tenth of the bond");
        equal(subnets.credits(stranger), bond / 100, "for who showed it");
        vm.warp(START + 1 days);
        finalize(live.brief, s);
        equal(payment.credits(nodeOwner(1)), 0.192 ether, "paid");
        equal(payment.credits(client), 0.6 ether, "never by the client");
        everythingLeaves();
    }

    function test_thenFromItsBond() public {
        Live memory live = open(gateway, 1, 2, ETH);
        Settlement memory s = settleOne(live.brief, earned(2, 0.2 ether));
        uint256 bond = subnets.bondOf(gateway).stakedWei;
        bytes memory v = voucher(live.brief, 0, 12, 1.2 ether);
        payment.claim(live.brief, s, 0, 12, 1.2 ether, v);
        // Due 0.8: 0.04 is the gateway's share, 0.76 the bond's.
        s.earnedWei[0] = 1.2 ether;
        s.nodeWei[0] = 0.2 ether;
        s.gatewayWei = 0;
        equal(subnets.credits(nodeOwner(0)), 0.76 ether, "out of the bond");
        equal(subnets.bondOf(gateway).stakedWei, (bond - 0.76 ether) * 9 / 10, "and a tenth");
        vm.warp(START + 1 days);
        finalize(live.brief, s);
        equal(payment.credits(nodeOwner(0)), 0.2 ether, "here");
        everythingLeaves();
    }

    function test_aGatewayCannotVouchTheClientsMoneyAway() public {
        Live memory live = open(gateway, 1, 1, ETH);
        Settlement memory s = settleOne(live.brief, earned(1, 0));
        bytes memory v = voucher(live.brief, 0, 1, type(uint128).max);
        payment.claim(live.brief, s, 0, 1, type(uint128).max, v);
        s.earnedWei[0] = type(uint128).max;
        equal(subnets.bondOf(gateway).stakedWei, 0, "it gave away its bond");
        vm.warp(START + 1 days);
        finalize(live.brief, s);
        equal(payment.credits(client), ETH, "all goes back");
    }

    function test_claimsAfterExpiry() public {
        Live memory live = open(gateway, 1, 2, ETH);
        vm.warp(START + 2 days);
        payment.expire(live.brief);
        Settlement memory s = nothing(live.brief, Outcome.Expired);
        bytes memory v = voucher(live.brief, 0, 3, 0.5 ether);
        payment.claim(live.brief, s, 0, 3, 0.5 ether, v);
        equal(subnets.credits(nodeOwner(0)), 0.4 ether, "paid by the bond of its gateway");
    }

    // Rescue.

    function test_aDeadGatewaysSessionsAreSettledForIt() public {
        Live memory live = open(gateway, 1, 2, ETH);
        InferencePayment.Item[] memory items = one(live.brief, earned(2, 0.3 ether));
        vm.warp(START + 2 days - 1);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.TooEarly.selector, START + 2 days));
        payment.rescue(gateway, items, 0, "");
        vm.warp(START + 2 days);
        registry.makeSet();
        pin();
        Settlement memory s = rescueOf(items[0]);
        (uint256 seats, bytes memory signatures) = attestRescue(items);
        vm.prank(stranger);
        payment.rescue(gateway, items, seats, signatures);
        vm.warp(START + 3 days);
        finalize(live.brief, s);
        equal(payment.credits(nodeOwner(0)), 0.24 ether, "nodes are paid out of the budget");
        equal(payment.credits(gatewayOwner), 0, "it has no share");
        equal(payment.credits(client), 0.4 ether, "the rest goes back");
        isTrue(phaseOf(live.brief.sessionId) == InferencePayment.Phase.Closed, "closed");
        everythingLeaves();
    }

    function test_queueSessionsAreNotRescued() public {
        Live memory live = open(address(queue), 1, 2, ETH);
        vm.warp(START + 10 days);
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, address(this)));
        payment.rescue(address(queue), one(live.brief, earned(2, 1)), 7, "");
    }

    function test_claimsThatAreNone() public {
        Live memory live = open(gateway, 1, 2, ETH);
        Settlement memory s = settleOne(live.brief, earned(2, 0.1 ether));
        bytes memory v = voucher(live.brief, 0, 1, 0.1 ether);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.NothingOwed.selector, 0.1 ether));
        payment.claim(live.brief, s, 0, 1, 0.1 ether, v);
        v = voucher(live.brief, 0, 1, 0.2 ether);
        vm.expectRevert(InferencePayment.BadEvidence.selector);
        payment.claim(live.brief, s, 1, 1, 0.2 ether, v);
        vm.expectRevert(InferencePayment.BadEvidence.selector);
        payment.claim(live.brief, s, 2, 1, 0.2 ether, v);
        vm.expectRevert(InferencePayment.BadEvidence.selector);
        payment.claim(live.brief, s, 0, 2, 0.2 ether, v);
        Settlement memory wrong = settlementOf(item(live.brief, earned(2, 0)));
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.WrongTerms.selector, live.brief.sessionId));
        payment.claim(live.brief, wrong, 0, 1, 0.2 ether, v);
        vm.warp(START + 1 days);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.TooLate.selector, START + 1 days));
        payment.claim(live.brief, s, 0, 1, 0.2 ether, v);
        finalize(live.brief, s);
        vm.expectRevert(wrongPhase(live.brief.sessionId, InferencePayment.Phase.Closed));
        payment.claim(live.brief, s, 0, 1, 0.2 ether, v);
    }

    function test_whoIsSuspendedClaimsNothing() public {
        Live memory live = open(gateway, 1, 2, ETH);
        Settlement memory s = settleOne(live.brief, earned(2, 0.1 ether));
        bytes memory v = voucher(live.brief, 0, 1, 0.2 ether);
        address cheat = live.brief.seats[0].node;
        uint256 bond = subnets.bondOf(gateway).stakedWei;
        judge(cheat, NodePool.Verdict.Fraud);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.NodeSuspended.selector, cheat));
        payment.claim(live.brief, s, 0, 1, 0.2 ether, v);
        v = voucher(live.brief, 1, 1, 0.2 ether);
        payment.claim(live.brief, s, 1, 1, 0.2 ether, v);
        equal(subnets.bondOf(gateway).stakedWei, (bond - 0.06 ether) * 9 / 10, "the other's voucher counts");
    }

    function test_aVoucherCountsOnce() public {
        Live memory live = open(gateway, 1, 2, ETH);
        Settlement memory s = settleOne(live.brief, earned(2, 0.1 ether));
        bytes memory v = voucher(live.brief, 0, 1, 0.2 ether);
        payment.claim(live.brief, s, 0, 1, 0.2 ether, v);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.WrongTerms.selector, live.brief.sessionId));
        payment.claim(live.brief, s, 0, 1, 0.2 ether, v);
        s.earnedWei[0] = 0.2 ether;
        s.nodeWei[0] = 0.1 ether;
        s.gatewayWei = 0;
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.NothingOwed.selector, 0.2 ether));
        payment.claim(live.brief, s, 0, 1, 0.2 ether, v);
    }

    // Contradictions.

    function receipt(bytes32 sessionId, bytes32 taskId, uint256 priceWei)
        private
        pure
        returns (Typed.ReceiptAttestation memory)
    {
        return Typed.ReceiptAttestation(keccak256(abi.encode(taskId, priceWei)), sessionId, taskId, 1, 2, priceWei);
    }

    /// @dev Settles one node's session whose only receipt is `leaf`.
    function settleLeaf(Live memory live, Typed.ReceiptAttestation memory leaf) private returns (Settlement memory) {
        InferencePayment.Item[] memory items = one(live.brief, earned(1, 0.5 ether));
        items[0].receiptsRoot = keccak256(abi.encode(keccak256(abi.encode(Typed.hash(leaf)))));
        pin();
        settle(items);
        return settlementOf(items[0]);
    }

    function test_aReceiptThatIsNotTheSignedOne() public {
        Live memory live = open(gateway, 1, 1, ETH);
        bytes32 id = live.brief.sessionId;
        Typed.ReceiptAttestation memory leaf = receipt(id, "task", 0.5 ether);
        Typed.ReceiptAttestation memory signed = receipt(id, "task", 0.48 ether);
        Settlement memory s = settleLeaf(live, leaf);
        bytes memory signature = sign(GATEWAY_KEY, typed(Typed.hash(signed)));
        bytes32[] memory proof = new bytes32[](0);
        refuses(live, s, signed, signature, receipt(id, "task", 0.49 ether), proof);
        refuses(live, s, signed, signature, signed, proof);
        refuses(live, s, signed, signature, receipt(id, "other", 0.5 ether), proof);
        refuses(live, s, signed, signature, receipt("other", "task", 0.5 ether), proof);
        refuses(live, s, receipt("other", "task", 1), sign(GATEWAY_KEY, typed(Typed.hash(receipt("other", "task", 1)))), leaf, proof);
        refuses(live, s, signed, sign(CLIENT_KEY, typed(Typed.hash(signed))), leaf, proof);
        vm.prank(client);
        payment.disprove(live.brief, s, signed, signature, leaf, proof);
        equal(subnets.bondOf(gateway).stakedWei, 0, "all of the bond");
        s.clientWei += 0.02 ether;
        s.gatewayWei -= 0.02 ether;
        refuses(live, s, signed, signature, leaf, proof); // punished before
        vm.warp(START + 1 days);
        finalize(live.brief, s);
        equal(payment.credits(client), 0.52 ether, "what was counted too much comes back");
        everythingLeaves();
    }

    function refuses(
        Live memory live,
        Settlement memory s,
        Typed.ReceiptAttestation memory signed,
        bytes memory signature,
        Typed.ReceiptAttestation memory leaf,
        bytes32[] memory proof
    ) private {
        vm.expectRevert(InferencePayment.BadEvidence.selector);
        payment.disprove(live.brief, s, signed, signature, leaf, proof);
    }

    function test_moreThanTheGatewaysShareComesFromItsBond() public {
        Live memory live = open(gateway, 1, 1, ETH);
        Typed.ReceiptAttestation memory leaf = receipt(live.brief.sessionId, "task", 0.5 ether);
        Typed.ReceiptAttestation memory signed = receipt(live.brief.sessionId, "task", 0.1 ether);
        Settlement memory s = settleLeaf(live, leaf);
        bytes memory signature = sign(GATEWAY_KEY, typed(Typed.hash(signed)));
        payment.disprove(live.brief, s, signed, signature, leaf, new bytes32[](0));
        equal(subnets.credits(client), 0.35 ether, "beyond its share of 0.05");
    }

    function test_aReceiptOfFewerTokensCostsTheBondOnly() public {
        Live memory live = open(gateway, 1, 1, ETH);
        Typed.ReceiptAttestation memory leaf = receipt(live.brief.sessionId, "task", 0.5 ether);
        Typed.ReceiptAttestation memory signed = receipt(live.brief.sessionId, "task", 0.6 ether);
        signed.outputTokens = 3;
        Settlement memory s = settleLeaf(live, leaf);
        bytes memory signature = sign(GATEWAY_KEY, typed(Typed.hash(signed)));
        payment.disprove(live.brief, s, signed, signature, leaf, new bytes32[](0));
        equal(subnets.bondOf(gateway).stakedWei, 0, "all of the bond");
        vm.warp(START + 1 days);
        finalize(live.brief, s);
    }

    function test_aReceiptMadeAgainForLessIsNoLie() public {
        Live memory live = open(gateway, 1, 1, ETH);
        Typed.ReceiptAttestation memory leaf = receipt(live.brief.sessionId, "task", 0.5 ether);
        Typed.ReceiptAttestation memory signed = receipt(live.brief.sessionId, "task", 0.6 ether);
        Settlement memory s = settleLeaf(live, leaf);
        bytes memory signature = sign(GATEWAY_KEY, typed(Typed.hash(signed)));
        bytes memory leafSigned = sign(GATEWAY_KEY, typed(Typed.hash(leaf)));
        refuses(live, s, signed, signature, leaf, new bytes32[](0));
        vm.expectRevert(InferencePayment.BadEvidence.selector);
        payment.contradict(gateway, signed, signature, leaf, leafSigned);
        vm.expectRevert(InferencePayment.BadEvidence.selector);
        payment.contradict(gateway, leaf, leafSigned, signed, signature);
        // Any other count is another answer.
        signed.promptTokens = 2;
        payment.contradict(gateway, signed, sign(GATEWAY_KEY, typed(Typed.hash(signed))), leaf, leafSigned);
        equal(subnets.bondOf(gateway).stakedWei, 0, "all of it");
    }

    function test_anotherAnswerForLessIsALie() public {
        Live memory live = open(gateway, 1, 1, ETH);
        Typed.ReceiptAttestation memory leaf = receipt(live.brief.sessionId, "task", 0.5 ether);
        Typed.ReceiptAttestation memory signed = receipt(live.brief.sessionId, "task", 0.6 ether);
        signed.promptTokens = 2;
        Settlement memory s = settleLeaf(live, leaf);
        payment.disprove(live.brief, s, signed, sign(GATEWAY_KEY, typed(Typed.hash(signed))), leaf, new bytes32[](0));
        equal(subnets.bondOf(gateway).stakedWei, 0, "all of the bond");
    }

    function test_anotherReceiptForAsMuchIsALie() public {
        Live memory live = open(gateway, 1, 1, ETH);
        Typed.ReceiptAttestation memory leaf = receipt(live.brief.sessionId, "task", 0.5 ether);
        Typed.ReceiptAttestation memory signed = receipt(live.brief.sessionId, "task", 0.5 ether);
        signed.receiptDigest = "other";
        Settlement memory s = settleLeaf(live, leaf);
        payment.disprove(live.brief, s, signed, sign(GATEWAY_KEY, typed(Typed.hash(signed))), leaf, new bytes32[](0));
        equal(subnets.bondOf(gateway).stakedWei, 0, "all of the bond");
    }

    function test_disproveOnlyInTheWindow() public {
        Live memory live = open(gateway, 1, 1, ETH);
        Typed.ReceiptAttestation memory leaf = receipt(live.brief.sessionId, "task", 0.5 ether);
        Typed.ReceiptAttestation memory signed = receipt(live.brief.sessionId, "task", 0.1 ether);
        Settlement memory s = settleLeaf(live, leaf);
        bytes memory signature = sign(GATEWAY_KEY, typed(Typed.hash(signed)));
        vm.warp(START + 1 days);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.TooLate.selector, START + 1 days));
        payment.disprove(live.brief, s, signed, signature, leaf, new bytes32[](0));
    }

    function test_twoReceiptsOfOneTask() public {
        Typed.ReceiptAttestation memory a = receipt("session", "task", 1);
        Typed.ReceiptAttestation memory b = receipt("session", "task", 1);
        b.receiptDigest = "other";
        bytes memory aSigned = sign(GATEWAY_KEY, typed(Typed.hash(a)));
        bytes memory bSigned = sign(GATEWAY_KEY, typed(Typed.hash(b)));
        bytes memory forged = sign(CLIENT_KEY, typed(Typed.hash(b)));
        vm.expectRevert(InferencePayment.BadEvidence.selector);
        payment.contradict(gateway, a, aSigned, a, aSigned);
        vm.expectRevert(InferencePayment.BadEvidence.selector);
        payment.contradict(gateway, a, aSigned, b, forged);
        uint256 bond = subnets.bondOf(gateway).stakedWei;
        vm.prank(stranger);
        payment.contradict(gateway, a, aSigned, b, bSigned);
        equal(subnets.bondOf(gateway).stakedWei, 0, "all of it");
        equal(subnets.credits(stranger), bond / 10, "a tenth for who showed it");
        vm.expectRevert(InferencePayment.BadEvidence.selector);
        payment.contradict(gateway, a, aSigned, b, bSigned);
    }

    function test_theBondIsNotMoreThanItIs() public {
        Typed.ReceiptAttestation memory a = receipt("session", "task", 1);
        Typed.ReceiptAttestation memory b = receipt("session", "task", 1);
        b.receiptDigest = "other";
        bytes memory aSigned = sign(GATEWAY_KEY, typed(Typed.hash(a)));
        bytes memory bSigned = sign(GATEWAY_KEY, typed(Typed.hash(b)));
        Live memory live = open(gateway, 1, 1, ETH);
        Settlement memory s = settleOne(live.brief, earned(1, ETH));
        payment.contradict(gateway, a, aSigned, b, bSigned);
        bytes memory v = voucher(live.brief, 0, 1, 5 ether);
        payment.claim(live.brief, s, 0, 1, 5 ether, v);
        equal(subnets.credits(nodeOwner(0)), 0, "the bond is gone");
        s.earnedWei[0] = 5 ether;
        s.nodeWei[0] = 0.9 ether;
        s.gatewayWei = 0;
        vm.warp(START + 1 days);
        finalize(live.brief, s);
        everythingLeaves();
    }

    // Doors.

    function test_onlyItsOwnContractsMayCall() public {
        Live memory live = open(gateway, 1, 1, ETH);
        vm.startPrank(stranger);
        bytes memory no = abi.encodeWithSelector(Module.NotAllowed.selector, stranger);
        vm.expectRevert(no);
        payment.escrow(live.brief);
        vm.expectRevert(no);
        payment.closing(live.brief);
        vm.expectRevert(no);
        payment.addSeats(live.brief, new Seat[](0));
        vm.expectRevert(no);
        payment.payTask("", new address[](0), new uint256[](0), new address[](0));
        vm.expectRevert(no);
        payment.finishQueue(live.brief);
        vm.stopPrank();
    }

    function test_queueCannotOverspend() public {
        Live memory live = open(address(queue), 1, 1, ETH);
        address[] memory payees = new address[](1);
        payees[0] = nodeOwner(0);
        uint256[] memory amounts = new uint256[](1);
        amounts[0] = ETH + 1;
        vm.prank(address(queue));
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.OverBudget.selector, ETH + 1, ETH));
        payment.payTask(live.brief.sessionId, payees, amounts, new address[](0));
        amounts[0] = ETH;
        vm.prank(address(queue));
        payment.payTask(live.brief.sessionId, payees, amounts, new address[](0));
        equal(payment.credits(nodeOwner(0)), 0.9 ether, "nine tenths");
        equal(payment.credits(treasury), 0.1 ether, "nobody validated");
        vm.prank(address(queue));
        payment.finishQueue(live.brief);
        everythingLeaves();
    }

    function test_nothingToWithdraw() public {
        vm.expectRevert(InferencePayment.NothingToWithdraw.selector);
        payment.withdraw(stranger);
    }

    function test_pinNeedsASet() public {
        ValidatorRegistry old = registry;
        deploy(address(token));
        vm.expectRevert(InferencePayment.Empty.selector);
        payment.pinCommittee(gateway);
        isTrue(address(old) != address(registry), "a network without validators");
    }
}
