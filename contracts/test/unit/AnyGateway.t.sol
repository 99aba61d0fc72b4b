// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {World} from "../support/World.sol";
import {InferencePayment} from "../../src/InferencePayment.sol";
import {Session} from "../../src/Session.sol";
import {SubnetRegistry} from "../../src/SubnetRegistry.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {Brief, Tail, Terms} from "../../src/lib/Terms.sol";
import {Typed} from "../../src/lib/Typed.sol";

/// @dev Requests for the zero address as gateway: whoever of the subnet brings one is its gateway.
contract AnyGatewayTest is World {
    uint256 private constant OTHER_KEY = 0x6A7E2;
    address private immutable _other = vm.addr(OTHER_KEY);

    function setUp() public override {
        super.setUp();
        fund(gatewayOwner, address(subnets), 5_900 ether);
        vm.startPrank(gatewayOwner);
        subnets.registerGateway(_other, 5_900 ether, consent(gatewayOwner, OTHER_KEY));
        subnets.admit(subnetId, _other, true);
        vm.stopPrank();
    }

    function test_whoBringsItIsItsGateway() public {
        Session.Opening memory o = anyOpening();
        approve(o, _other);
        vm.prank(_other);
        (Brief memory brief,) = sessions.termsOf(o);
        equal(brief.head.gateway, _other, "the caller's terms");
        vm.expectEmit(true, true, true, false);
        emit Session.SessionOpened(brief.sessionId, client, _other, brief, emptyTail());
        vm.prank(_other);
        sessions.open(o, permitNone());
        isTrue(payment.isActive(brief), "these are its terms");
        vm.prank(_other);
        sessions.close(brief);
        isTrue(phaseOf(brief.sessionId) == InferencePayment.Phase.Closing, "closed by it");
    }

    function test_theNextOneOpensItWithTheSameCommittee() public {
        Session.Opening memory o = anyOpening();
        approve(o, gateway);
        approve(o, _other);
        vm.prank(_other);
        bytes32 id = sessions.open(o, permitNone());
        approve(o, gateway);
        vm.prank(gateway);
        vm.expectRevert(
            abi.encodeWithSelector(InferencePayment.WrongPhase.selector, id, InferencePayment.Phase.Active)
        );
        sessions.open(o, permitNone());
    }

    function test_nobodyRunsOffWithAnothersApproval() public {
        Session.Opening memory o = anyOpening();
        approve(o, gateway);
        vm.prank(_other);
        expectAnyRevertOf(ValidatorRegistry.BadSigner.selector, o);
    }

    function test_nobodyButAGatewayOfTheSubnet() public {
        Session.Opening memory o = anyOpening();
        approve(o, gateway);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.GatewayNotReady.selector, stranger));
        sessions.open(o, permitNone());
        vm.prank(client);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.GatewayNotReady.selector, client));
        sessions.open(o, permitNone());
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.GatewayNotReady.selector, address(this)));
        sessions.termsOf(o);
    }

    /// @dev Whoever makes a subnet of its own, at a price of its own, and admits to it the gateway that stands for the request.
    function test_noOtherSubnetCanTakeIt() public {
        Session.Opening memory o = anyOpening();
        fund(stranger, address(subnets), 100 ether);
        vm.prank(stranger);
        bytes32 trap = subnets.createSubnet("trap");
        SubnetRegistry.ModelConfig[] memory models = new SubnetRegistry.ModelConfig[](1);
        models[0] = SubnetRegistry.ModelConfig(MODEL, bytes32(uint256(1)), 1 ether, 1 ether);
        bytes32 content = keccak256(abi.encode(Typed.SUBNET_CONFIG, trap, uint64(1), keccak256(abi.encode(models))));
        (uint256 seats, bytes memory signatures) = verdict(Typed.SUBNET_CONFIG, subnets.configSubject(trap), content);
        vm.startPrank(stranger);
        subnets.configure(trap, models, seats, signatures);
        subnets.admit(trap, _other, true);
        subnets.admit(trap, gateway, true);
        vm.stopPrank();
        o.subnetId = trap;
        o.priceVersion = 1;
        vm.prank(_other);
        vm.expectRevert(Session.BadNonce.selector);
        sessions.open(o, permitNone());
        vm.prank(_other);
        vm.expectRevert(Session.BadNonce.selector);
        sessions.termsOf(o);
    }

    function test_nobodyChoosesHowManyTasks() public {
        Session.Opening memory o = anyOpening();
        o.maxTasks = 1;
        vm.prank(_other);
        vm.expectRevert(Session.BadNonce.selector);
        sessions.termsOf(o);
    }

    function test_aWordForTheSessionAloneIsNotEnough() public {
        Session.Opening memory o = anyOpening();
        bytes32 id = sessions.idOf(o.request);
        approveAbout(o, gateway, id);
        vm.prank(gateway);
        expectAnyRevertOf(ValidatorRegistry.BadSigner.selector, o);
    }

    function testFuzz_subjectsDiffer(bytes32 id, address requested, address one, address two) public view {
        bytes32 subject = sessions.openingSubject(id, requested, one);
        if (requested != address(0)) equal(subject, id, "the session itself");
        bytes32 atOne = sessions.openingSubject(id, address(0), one);
        isTrue(atOne != id, "never the session alone");
        isTrue((atOne == sessions.openingSubject(id, address(0), two)) == (one == two), "one for each gateway");
        isTrue(uint160(one) <= 16 || atOne != sessions.extensionSubject(id, uint160(one) % 17), "no extension's");
    }

    function anyOpening() private returns (Session.Opening memory o) {
        o = opening(gateway, 1, someNodes(3), 1 ether);
        o.request.gateway = address(0);
        o.request.nonce = sessions.nonceOfAny(o.request.nonce, o.subnetId, o.maxTasks);
        o.clientSignature = sign(CLIENT_KEY, typed(Typed.hash(o.request)));
    }

    function approve(Session.Opening memory o, address by) private {
        approveAbout(o, by, sessions.openingSubject(sessions.idOf(o.request), address(0), by));
    }

    function approveAbout(Session.Opening memory o, address by, bytes32 subject) private {
        vm.prank(by);
        (Brief memory brief, Tail memory tail) = sessions.termsOf(o);
        (o.seats, o.approvals) = attest(
            registry.committee(tail.seed, o.validatorSet),
            3,
            Typed.SESSION_APPROVAL,
            subject,
            sessions.approvalOf(brief.sessionId, Terms.digest(brief), tail, o.nodes)
        );
    }

    function emptyTail() private pure returns (Tail memory tail) {}

    /// @dev Who a signature over other content recovers to is anybody's guess.
    function expectAnyRevertOf(bytes4 selector, Session.Opening memory o) private {
        try sessions.open(o, permitNone()) {
            revert("opened");
        } catch (bytes memory why) {
            isTrue(bytes4(why) == selector, "why");
        }
    }
}
