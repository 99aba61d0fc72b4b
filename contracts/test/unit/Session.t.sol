// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {World} from "../support/World.sol";
import {InferencePayment} from "../../src/InferencePayment.sol";
import {Module} from "../../src/base/Module.sol";
import {MyelinToken} from "../../src/MyelinToken.sol";
import {NodePool} from "../../src/NodePool.sol";
import {Param} from "../../src/Parameters.sol";
import {Session} from "../../src/Session.sol";
import {SubnetRegistry} from "../../src/SubnetRegistry.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {Brief, Seat, Tail, Terms} from "../../src/lib/Terms.sol";
import {Typed} from "../../src/lib/Typed.sol";

contract SessionTest is World {
    function test_opens() public {
        uint256 before = token.balanceOf(client);
        Live memory live = open(gateway, 1, 3, 1 ether);
        (InferencePayment.Phase phase, uint256 time) = payment.recordOf(live.brief.sessionId);
        isTrue(phase == InferencePayment.Phase.Active, "active");
        equal(time, START + 1 days, "expiry");
        equal(token.balanceOf(address(payment)), 1 ether, "escrow");
        equal(before - token.balanceOf(client), 1 ether, "paid by the client");
        equal(live.brief.seats.length, 3, "seats");
        for (uint256 i = 0; i < 3; ++i) {
            equal(nodes.freeSlots(node(i)), 7, "a slot is taken");
            equal(live.brief.seats[i].payee, nodeOwner(i), "the owner's payout");
        }
        equal(live.brief.head.gatewayPayee, gatewayOwner, "the gateway's payout");
        equal(live.tail.inputWei, 1e9, "price");
        equal(live.tail.outputWei, 3e9, "price");
        isTrue(payment.isActive(live.brief), "these are its terms");
        live.brief.head.budgetWei += 1;
        isTrue(!payment.isActive(live.brief), "these are not");
    }

    function test_theIdIsWhatTheClientSigned() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        bytes32 id = sessions.idOf(o.request);
        equal(id, typed(Typed.hash(o.request)), "digest");
        equal(sessions.open(o, permitNone()), id, "returned");
    }

    function test_theSeedIsNonceAndSecret() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        (, Tail memory tail) = sessions.termsOf(o);
        equal(tail.seed, keccak256(abi.encodePacked(o.request.nonce, o.gatewaySecret)), "seed");
    }

    function test_clientOpensWithoutSignature() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        o.clientSignature = "";
        vm.prank(client);
        sessions.open(o, permitNone());
    }

    function test_permitInsteadOfAllowance() public {
        vm.prank(client);
        token.approve(address(payment), 0);
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        Session.Permit memory p = permit(1 ether, block.timestamp);
        sessions.open(o, p);
        equal(token.balanceOf(address(payment)), 1 ether, "escrow");
    }

    function test_permitThatSomebodyUsedBefore() public {
        vm.prank(client);
        token.approve(address(payment), 0);
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        Session.Permit memory p = permit(1 ether, block.timestamp);
        MyelinToken(address(token)).permit(client, address(payment), p.valueWei, p.deadline, p.v, p.r, p.s);
        sessions.open(o, p);
        equal(token.balanceOf(address(payment)), 1 ether, "escrow");
    }

    function permit(uint256 valueWei, uint256 deadline) private view returns (Session.Permit memory p) {
        bytes32 hash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                client,
                address(payment),
                valueWei,
                0,
                deadline
            )
        );
        bytes32 domain = MyelinToken(address(token)).DOMAIN_SEPARATOR();
        (p.v, p.r, p.s) = vm.sign(CLIENT_KEY, keccak256(abi.encodePacked(hex"1901", domain, hash)));
        p.valueWei = valueWei;
        p.deadline = deadline;
    }

    function test_neverTwice() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        bytes32 id = sessions.open(o, permitNone());
        vm.expectRevert(
            abi.encodeWithSelector(InferencePayment.WrongPhase.selector, id, InferencePayment.Phase.Active)
        );
        sessions.open(o, permitNone());
    }

    function test_neverWithoutTheClient() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        o.clientSignature = sign(GATEWAY_KEY, sessions.idOf(o.request));
        vm.expectRevert(Session.BadClientSignature.selector);
        sessions.open(o, permitNone());
    }

    function test_neverBeyondWhatTheClientSigned() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        o.request.budgetWei = 2 ether;
        vm.expectRevert(Session.BadClientSignature.selector);
        sessions.open(o, permitNone());
    }

    function test_theNonceBindsRandomSecretAndSet() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        o.gatewaySecret = "another";
        vm.expectRevert(Session.BadNonce.selector);
        sessions.open(o, permitNone());
        o = opening(gateway, 1, someNodes(3), 1 ether);
        o.clientRandom = "another";
        vm.expectRevert(Session.BadNonce.selector);
        sessions.open(o, permitNone());
        o = opening(gateway, 1, someNodes(3), 1 ether);
        o.validatorSet += 1;
        vm.expectRevert(Session.BadNonce.selector);
        sessions.open(o, permitNone());
    }

    function test_expiryWithinLimits() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        o.request.expiryMillis = uint64(block.timestamp * 1000 + 999);
        o.clientSignature = sign(CLIENT_KEY, sessions.idOf(o.request));
        vm.expectRevert(abi.encodeWithSelector(Session.BadExpiry.selector, block.timestamp, block.timestamp + 7 days));
        sessions.open(o, permitNone());
        o.request.expiryMillis = uint64((block.timestamp + 7 days + 1) * 1000);
        o.clientSignature = sign(CLIENT_KEY, sessions.idOf(o.request));
        vm.expectRevert(
            abi.encodeWithSelector(Session.BadExpiry.selector, block.timestamp + 7 days + 1, block.timestamp + 7 days)
        );
        sessions.open(o, permitNone());
        o.request.expiryMillis = uint64((block.timestamp + 7 days) * 1000);
        signOpening(o);
        sessions.open(o, permitNone());
    }

    function test_numberOfNodes() public {
        Session.Opening memory o = opening(gateway, 3, someNodes(3), 1 ether);
        o.nodes = someNodes(2);
        vm.expectRevert(abi.encodeWithSelector(Session.BadNodes.selector, 2));
        sessions.open(o, permitNone());
        o = opening(gateway, 0, someNodes(3), 1 ether);
        o.nodes = new address[](0);
        vm.expectRevert(abi.encodeWithSelector(Session.BadNodes.selector, 0));
        sessions.open(o, permitNone());
        for (uint256 i = NODES; i < 17; ++i) {
            addNode(i, 2);
            judge(node(i), NodePool.Verdict.Qualified);
        }
        o.nodes = someNodes(17);
        vm.expectRevert(abi.encodeWithSelector(Session.BadNodes.selector, 17));
        sessions.open(o, permitNone());
        o.nodes = someNodes(16);
        signOpening(o);
        sessions.open(o, permitNone());
    }

    function test_ownersAreDistinct() public {
        address[] memory list = someNodes(2);
        list[1] = list[0];
        Session.Opening memory o = opening(gateway, 1, list, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(NodePool.SameOwner.selector, node(0), nodeOwner(0)));
        sessions.open(o, permitNone());
    }

    function test_budget() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(1), 1 ether);
        o.request.budgetWei = 0;
        o.clientSignature = sign(CLIENT_KEY, sessions.idOf(o.request));
        vm.expectRevert(abi.encodeWithSelector(Session.BadBudget.selector, 0));
        sessions.open(o, permitNone());
        o.request.budgetWei = 1 << 128;
        o.clientSignature = sign(CLIENT_KEY, sessions.idOf(o.request));
        vm.expectRevert(abi.encodeWithSelector(Session.BadBudget.selector, 1 << 128));
        sessions.open(o, permitNone());
    }

    function test_approvedByTheDrawnCommitteeOnly() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        o.seats = 3;
        o.approvals = cut(o.approvals, 130);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, 2, 3));
        sessions.open(o, permitNone());
        o = opening(gateway, 1, someNodes(3), 1 ether);
        o.maxTasks = 7; // other terms than those approved
        vm.expectRevert();
        sessions.open(o, permitNone());
        o = opening(gateway, 1, someNodes(3), 1 ether);
        o.seats = 0xE; // the same signatures in other seats
        vm.expectRevert();
        sessions.open(o, permitNone());
    }

    function cut(bytes memory b, uint256 length) private pure returns (bytes memory r) {
        r = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            r[i] = b[i];
        }
    }

    function test_anOldSetIsGoodForMinutes() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        Session.Opening memory late = opening(gateway, 1, someNodes(3), 1 ether);
        vm.warp(START + 1 hours);
        registry.makeSet();
        vm.warp(START + 1 hours + 10 minutes - 1);
        sessions.open(o, permitNone());
        vm.warp(START + 1 hours + 10 minutes);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.SetNotUsable.selector, 1));
        sessions.open(late, permitNone());
    }

    function test_aReplacedPriceCanBeQuotedForAWhile() public {
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        Session.Opening memory late = opening(gateway, 1, someNodes(3), 1 ether);
        vm.prank(gatewayOwner);
        subnets.publishPrice(subnetId, keccak256(bytes(MODEL)), 5e9, 6e9);
        vm.warp(START + 1 hours - 1);
        sessions.open(o, permitNone());
        vm.warp(START + 1 hours);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.PriceNotQuotable.selector, 1, 2));
        sessions.open(late, permitNone());
    }

    function test_closes() public {
        Live memory live = open(gateway, 1, 3, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, stranger));
        vm.prank(stranger);
        sessions.close(live.brief);
        vm.prank(client);
        sessions.close(live.brief);
        (InferencePayment.Phase phase, uint256 time) = payment.recordOf(live.brief.sessionId);
        isTrue(phase == InferencePayment.Phase.Closing, "closing");
        equal(time, START + 1 days, "time to settle");
        NodePool.Node memory n = nodes.nodeOf(node(0));
        equal(n.reserved, 0, "given back");
        equal(n.untested, 1, "to be tested");
        vm.prank(client);
        vm.expectRevert(
            abi.encodeWithSelector(
                InferencePayment.WrongPhase.selector, live.brief.sessionId, InferencePayment.Phase.Closing
            )
        );
        sessions.close(live.brief);
        live = open(gateway, 1, 3, 1 ether);
        vm.prank(gateway);
        sessions.close(live.brief);
    }

    function test_closesForItsClient() public {
        Live memory live = open(gateway, 1, 3, 1 ether);
        bytes32 hash = keccak256(abi.encode(Typed.SESSION_CLOSE, live.brief.sessionId));
        bytes memory signature = sign(GATEWAY_KEY, typed(hash));
        vm.expectRevert(Session.BadClientSignature.selector);
        sessions.closeFor(live.brief, signature);
        signature = sign(CLIENT_KEY, typed(hash));
        vm.prank(stranger);
        sessions.closeFor(live.brief, signature);
        isTrue(phaseOf(live.brief.sessionId) == InferencePayment.Phase.Closing, "closing");
    }

    function test_closeNeedsTheTerms() public {
        Live memory live = open(gateway, 1, 3, 1 ether);
        live.brief.head.client = stranger;
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.WrongTerms.selector, live.brief.sessionId));
        sessions.close(live.brief);
    }

    function test_aQueueSessionIsClosedByTheQueue() public {
        Live memory live = open(address(queue), 1, 3, 1 ether);
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, client));
        sessions.close(live.brief);
    }

    function test_extends() public {
        Live memory live = open(gateway, 1, 2, 1 ether);
        address[] memory more = new address[](1);
        more[0] = node(4);
        Brief memory next = live.brief;
        (uint256 seats, bytes memory signatures,) = extension(live, more);
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, address(this)));
        sessions.extend(next, live.tail, more, seats, signatures);
        vm.startPrank(gateway);
        vm.expectRevert(abi.encodeWithSelector(Session.BadNodes.selector, 2));
        sessions.extend(next, live.tail, new address[](0), seats, signatures);
        Tail memory wrong = live.tail;
        wrong.seed = "chosen";
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.WrongTerms.selector, next.sessionId));
        sessions.extend(next, wrong, more, seats, signatures);
        vm.stopPrank();
    }

    function test_extendsByItsCommittee() public {
        Live memory live = open(gateway, 1, 2, 1 ether);
        address[] memory more = new address[](1);
        more[0] = node(4);
        (uint256 seats, bytes memory signatures, Brief memory next) = extension(live, more);
        vm.prank(gateway);
        sessions.extend(live.brief, live.tail, more, seats, signatures);
        isTrue(payment.isActive(next), "the new terms hold");
        isTrue(!payment.isActive(live.brief), "the old ones do not");
        equal(nodes.freeSlots(node(4)), 7, "a slot is taken");
        settleOne(next, earned(3, 0.1 ether));
    }

    function test_onlyAnActiveSessionIsExtendedAndByItsOwnTerms() public {
        Live memory live = open(gateway, 1, 2, 1 ether);
        address[] memory more = new address[](1);
        more[0] = node(4);
        bytes32 id = live.brief.sessionId;
        live.brief.head.budgetWei = 2 ether;
        (uint256 seats, bytes memory signatures,) = extension(live, more);
        vm.prank(gateway);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.WrongTerms.selector, id));
        sessions.extend(live.brief, live.tail, more, seats, signatures);
        live.brief.head.budgetWei = 1 ether;
        (seats, signatures,) = extension(live, more);
        vm.prank(client);
        sessions.close(live.brief);
        vm.prank(gateway);
        vm.expectRevert(
            abi.encodeWithSelector(InferencePayment.WrongPhase.selector, id, InferencePayment.Phase.Closing)
        );
        sessions.extend(live.brief, live.tail, more, seats, signatures);
    }

    function test_extensionKeepsOwnersDistinct() public {
        Live memory live = open(gateway, 1, 2, 1 ether);
        address[] memory more = new address[](1);
        more[0] = node(1);
        (uint256 seats, bytes memory signatures,) = extension(live, more);
        vm.prank(gateway);
        vm.expectRevert(abi.encodeWithSelector(NodePool.SameOwner.selector, node(1), nodeOwner(1)));
        sessions.extend(live.brief, live.tail, more, seats, signatures);
    }

    function test_extensionNeedsAQuorum() public {
        Live memory live = open(gateway, 1, 2, 1 ether);
        address[] memory more = new address[](1);
        more[0] = node(4);
        vm.prank(gateway);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, 0, 3));
        sessions.extend(live.brief, live.tail, more, 0, "");
        more = new address[](15);
        vm.prank(gateway);
        vm.expectRevert(abi.encodeWithSelector(Session.BadNodes.selector, 17));
        sessions.extend(live.brief, live.tail, more, 0, "");
    }

    function extension(Live memory live, address[] memory more)
        private
        view
        returns (uint256 seats, bytes memory signatures, Brief memory next)
    {
        uint256 had = live.brief.seats.length;
        Seat[] memory added = nodes.seatsOf(more);
        next = Brief(live.brief.sessionId, live.brief.head, new Seat[](had + more.length), live.brief.tailDigest);
        for (uint256 i = 0; i < next.seats.length; ++i) {
            next.seats[i] = i < had ? live.brief.seats[i] : added[i - had];
        }
        (seats, signatures) = attest(
            registry.committee(live.tail.seed, live.tail.validatorSet),
            3,
            Typed.SESSION_APPROVAL,
            sessions.extensionSubject(live.brief.sessionId, had),
            sessions.approvalOf(live.brief.sessionId, Terms.digest(next), live.tail, more)
        );
    }
}
