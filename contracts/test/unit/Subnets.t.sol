// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Bonds} from "../../src/base/Bonds.sol";
import {Module} from "../../src/base/Module.sol";
import {MyelinDirectory} from "../../src/MyelinDirectory.sol";
import {Param, Parameters} from "../../src/Parameters.sol";
import {NodeStats} from "../../src/NodeStats.sol";
import {SubnetRegistry} from "../../src/SubnetRegistry.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {World} from "../support/World.sol";

contract SubnetsTest is World {
    bytes32 private constant MODEL_ID = keccak256(bytes(MODEL));

    function notOwner(address who) private pure returns (bytes memory) {
        return abi.encodeWithSelector(SubnetRegistry.NotOwner.selector, who);
    }

    function notReady() private view returns (bytes memory) {
        return abi.encodeWithSelector(SubnetRegistry.GatewayNotReady.selector, gateway);
    }

    function test_creationFeeGoesToTheTreasury() public {
        equal(subnets.credits(treasury), 100 ether, "the first one's fee");
        vm.startPrank(gatewayOwner);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.SubnetExists.selector, subnetId));
        subnets.createSubnet("one");
        vm.expectRevert();
        subnets.createSubnet("no money");
        vm.stopPrank();
        equal(subnetId, keccak256(abi.encode(gatewayOwner, bytes32("one"))), "id");
    }

    function test_changesHands() public {
        vm.expectRevert(notOwner(address(this)));
        subnets.offerSubnet(subnetId, stranger);
        vm.prank(gatewayOwner);
        subnets.offerSubnet(subnetId, stranger);
        vm.expectRevert(notOwner(address(this)));
        subnets.acceptSubnet(subnetId);
        vm.prank(stranger);
        subnets.acceptSubnet(subnetId);
        (address owner, address next,) = subnets.subnets(subnetId);
        equal(owner, stranger, "owner");
        equal(next, address(0), "nobody waits");
        vm.prank(gatewayOwner);
        vm.expectRevert(notOwner(gatewayOwner));
        subnets.admit(subnetId, gateway, false);
        vm.prank(stranger);
        vm.expectRevert(notOwner(stranger));
        subnets.acceptSubnet(subnetId);
    }

    function test_configurationIsSigned() public {
        SubnetRegistry.ModelConfig[] memory models = new SubnetRegistry.ModelConfig[](0);
        vm.expectRevert(notOwner(address(this)));
        subnets.configure(subnetId, models, 0, "");
        vm.prank(gatewayOwner);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, 0, 3));
        subnets.configure(subnetId, models, 0, "");
        configure("other", 7, 8);
        configure(MODEL, 5, 6);
        (,, uint64 version) = subnets.subnets(subnetId);
        equal(version, 3, "three configurations");
        SubnetRegistry.Model memory m = subnets.modelOf(subnetId, MODEL_ID);
        equal(m.priceVersion, 2, "two prices");
        equal(m.weightsDigest, sha256(bytes(MODEL)), "weights");
    }

    function test_pricesAreVersioned() public {
        vm.prank(gatewayOwner);
        subnets.publishPrice(subnetId, MODEL_ID, 10, 20);
        SubnetRegistry.Price memory p = subnets.priceOf(subnetId, MODEL_ID, 1);
        equal(p.inputWei, 1e9, "the first stays");
        equal(p.outputWei, 3e9, "the first stays");
        p = subnets.priceOf(subnetId, MODEL_ID, 2);
        equal(p.inputWei, 10, "the second");
        (SubnetRegistry.Price memory q, address payee) = subnets.quote(subnetId, MODEL_ID, 2, gateway);
        equal(q.outputWei, 20, "quoted");
        equal(payee, gatewayOwner, "payee");
        subnets.quote(subnetId, MODEL_ID, 1, gateway);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.PriceNotQuotable.selector, 3, 2));
        subnets.quote(subnetId, MODEL_ID, 3, gateway);
        vm.prank(gatewayOwner);
        subnets.publishPrice(subnetId, MODEL_ID, 30, 40);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.PriceNotQuotable.selector, 1, 3));
        subnets.quote(subnetId, MODEL_ID, 1, gateway);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.UnknownModel.selector, subnetId, MODEL_ID));
        subnets.quote(subnetId, MODEL_ID, 0, gateway);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.UnknownModel.selector, subnetId, bytes32("x")));
        subnets.quote(subnetId, "x", 1, gateway);
        vm.expectRevert(notOwner(address(this)));
        subnets.publishPrice(subnetId, MODEL_ID, 1, 1);
        vm.prank(gatewayOwner);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.UnknownModel.selector, subnetId, bytes32("x")));
        subnets.publishPrice(subnetId, "x", 1, 1);
    }

    function test_gatewaysHaveBonds() public {
        uint256 key = 0x6A7F;
        address other = vm.addr(key);
        fund(stranger, address(subnets), 10_000 ether);
        bytes memory yes = consent(stranger, key);
        bytes memory no = consent(gatewayOwner, key);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Module.NoConsent.selector, stranger, other));
        subnets.registerGateway(other, 5_000 ether, no);
        vm.expectRevert(abi.encodeWithSelector(Bonds.StakeTooSmall.selector, 4_999 ether, 5_000 ether));
        subnets.registerGateway(other, 4_999 ether, yes);
        subnets.registerGateway(other, 5_000 ether, yes);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.GatewayExists.selector, other));
        subnets.registerGateway(other, 5_000 ether, yes);
        subnets.topUp(other, 1 ether);
        equal(subnets.bondOf(other).stakedWei, 5_001 ether, "more");
        vm.stopPrank();
        vm.expectRevert(notOwner(address(this)));
        subnets.topUp(other, 1);
        vm.expectRevert(notOwner(address(this)));
        subnets.retireGateway(other);
        vm.expectRevert(notOwner(address(this)));
        subnets.withdrawBond(other, stranger);
        isTrue(subnets.isReady(other), "ready");
        isTrue(!subnets.isReady(stranger), "no gateway");
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.GatewayNotReady.selector, other));
        subnets.quote(subnetId, MODEL_ID, 1, other);
    }

    function test_retires() public {
        vm.startPrank(gatewayOwner);
        subnets.retireGateway(gateway);
        vm.expectRevert(notReady());
        subnets.quote(subnetId, MODEL_ID, 1, gateway);
        isTrue(!subnets.isReady(gateway), "no new session, whatever its bond");
        vm.expectRevert(Bonds.ZeroAmount.selector);
        subnets.retireGateway(gateway);
        vm.warp(START + 14 days);
        subnets.withdrawBond(gateway, stranger);
        vm.stopPrank();
        equal(token.balanceOf(stranger), 5_900 ether, "the bond");
    }

    function test_turnedAway() public {
        vm.prank(gatewayOwner);
        subnets.admit(subnetId, gateway, false);
        vm.expectRevert(notReady());
        subnets.quote(subnetId, MODEL_ID, 1, gateway);
    }

    function test_aBondThatWasCutIsTooSmall() public {
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, address(this)));
        subnets.punish(gateway, 0, gateway, 10_000, stranger);
        vm.prank(address(payment));
        equal(subnets.punish(gateway, 900 ether, stranger, 0, stranger), 900 ether, "paid");
        isTrue(subnets.isReady(gateway), "just enough");
        vm.prank(address(payment));
        subnets.punish(gateway, 1, stranger, 0, stranger);
        vm.expectRevert(notReady());
        subnets.quote(subnetId, MODEL_ID, 1, gateway);
        vm.prank(gatewayOwner);
        subnets.retireGateway(gateway);
        vm.prank(address(payment));
        equal(subnets.punish(gateway, 9_000 ether, stranger, 0, stranger), 5_000 ether - 1, "what is unbonding too");
    }

    // Parameters and the directory.

    function test_aProposalWaits() public {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, address(this)));
        parameters.propose(Param.ChallengeSeconds, 2 days);
        vm.startPrank(admin);
        parameters.propose(Param.ChallengeSeconds, 2 days);
        equal(parameters.get(Param.ChallengeSeconds), 1 days, "not yet");
        vm.warp(START + 2 days - 1);
        vm.expectRevert(abi.encodeWithSelector(Parameters.TooEarly.selector, START + 2 days));
        parameters.execute(Param.ChallengeSeconds);
        vm.warp(START + 2 days);
        vm.stopPrank();
        parameters.execute(Param.ChallengeSeconds);
        equal(parameters.get(Param.ChallengeSeconds), 2 days, "anyone applied it");
        vm.expectRevert(abi.encodeWithSelector(Parameters.NotProposed.selector, Param.ChallengeSeconds));
        parameters.execute(Param.ChallengeSeconds);
        vm.startPrank(admin);
        vm.expectRevert(abi.encodeWithSelector(Parameters.NotProposed.selector, Param.ChallengeSeconds));
        parameters.cancel(Param.ChallengeSeconds);
        parameters.propose(Param.ChallengeSeconds, 3 days);
        parameters.cancel(Param.ChallengeSeconds);
        vm.warp(START + 10 days);
        vm.expectRevert(abi.encodeWithSelector(Parameters.NotProposed.selector, Param.ChallengeSeconds));
        parameters.execute(Param.ChallengeSeconds);
        parameters.propose(Param.ChallengeSeconds, 3 days);
        vm.warp(START + 26 days);
        parameters.execute(Param.ChallengeSeconds);
        parameters.propose(Param.ChallengeSeconds, 1 days);
        vm.warp(START + 42 days + 1);
        vm.expectRevert(abi.encodeWithSelector(Parameters.TooLate.selector, START + 42 days));
        parameters.execute(Param.ChallengeSeconds);
        vm.stopPrank();
    }

    function testFuzz_boundsHold(uint8 which, uint256 value) public {
        Param param = Param(which % (uint8(type(Param).max) + 1));
        (uint256 min, uint256 max) = parameters.bounds(param);
        isTrue(min <= parameters.get(param) && parameters.get(param) <= max, "the first value is within");
        vm.startPrank(admin);
        if (value < min || value > max) {
            vm.expectRevert(abi.encodeWithSelector(Parameters.OutOfBounds.selector, param, value, min, max));
        }
        parameters.propose(param, value);
        parameters.propose(param, min);
        parameters.propose(param, max);
        vm.expectRevert(abi.encodeWithSelector(Parameters.OutOfBounds.selector, param, min - 1, min, max));
        parameters.propose(param, min - 1);
        vm.expectRevert(abi.encodeWithSelector(Parameters.OutOfBounds.selector, param, max + 1, min, max));
        parameters.propose(param, max + 1);
        vm.stopPrank();
    }

    /// @dev Several share a word: to set one leaves the others as they are.
    function test_oneParameterAtATime() public {
        uint256 count = uint256(type(Param).max) + 1;
        uint256[] memory known = new uint256[](count);
        for (uint8 i = 0; i < count; ++i) {
            known[i] = parameters.get(Param(i));
        }
        for (uint8 i = 1; i < count; ++i) {
            (, uint256 max) = parameters.bounds(Param(i));
            known[i] = Param(i) == Param.Quorum ? 5 : max;
            vm.prank(admin);
            parameters.propose(Param(i), known[i]);
            vm.warp(START + 2 days * uint256(i));
            parameters.execute(Param(i));
            for (uint8 n = 0; n < count; ++n) {
                equal(parameters.get(Param(n)), known[n], "as it was set");
            }
        }
    }

    function test_stakesOutlastSessions() public view {
        (uint256 unbonding,) = parameters.bounds(Param.UnbondingSeconds);
        (, uint256 session) = parameters.bounds(Param.MaxSessionSeconds);
        (, uint256 settle) = parameters.bounds(Param.SettleSeconds);
        (, uint256 challenge) = parameters.bounds(Param.ChallengeSeconds);
        isTrue(unbonding > session + settle + challenge, "who may be slashed still has its stake");
        (uint256 a, uint256 b) = parameters.getTwo(Param.CommitteeSize, Param.Quorum);
        isTrue(a == 5 && b == 3, "five, three");
    }

    function test_gatewaysSayWhereTheyAreReached() public {
        SubnetRegistry.Announcement[] memory found = subnets.announcements(0, 10);
        equal(found.length, 0, "nobody yet");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.GatewayNotReady.selector, stranger));
        subnets.announce("here");
        vm.startPrank(gateway);
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.BadRecord.selector, 0));
        subnets.announce("");
        vm.expectRevert(abi.encodeWithSelector(SubnetRegistry.BadRecord.selector, 301));
        subnets.announce(new bytes(301));
        subnets.announce(new bytes(300));
        vm.expectEmit(true, true, true, true);
        emit SubnetRegistry.GatewayAnnounced(gateway, "here");
        subnets.announce("here");
        vm.stopPrank();
        found = subnets.announcements(0, 10);
        equal(found.length, 1, "once, however often it says so");
        equal(found[0].gateway, gateway, "who");
        isTrue(found[0].ready, "ready");
        equal(keccak256(found[0].record), keccak256("here"), "the newest");
        equal(subnets.announcements(0, 0).length, 0, "none wanted");
        equal(subnets.announcements(1, 10).length, 0, "beyond the last");
        vm.prank(gatewayOwner);
        subnets.retireGateway(gateway);
        isTrue(!subnets.announcements(0, 1)[0].ready, "retired");
    }

    function test_quorumIsAMajority() public {
        vm.startPrank(admin);
        parameters.propose(Param.Quorum, 2);
        parameters.propose(Param.CommitteeSize, 6);
        vm.warp(START + 2 days);
        vm.expectRevert(abi.encodeWithSelector(Parameters.BadQuorum.selector, 2, 5));
        parameters.execute(Param.Quorum);
        vm.expectRevert(abi.encodeWithSelector(Parameters.BadQuorum.selector, 3, 6));
        parameters.execute(Param.CommitteeSize);
        parameters.propose(Param.Quorum, 6);
        vm.warp(START + 4 days);
        vm.expectRevert(abi.encodeWithSelector(Parameters.BadQuorum.selector, 6, 5));
        parameters.execute(Param.Quorum);
        parameters.propose(Param.Quorum, 5);
        vm.warp(START + 6 days);
        parameters.execute(Param.Quorum);
        vm.stopPrank();
    }

    function test_ownershipTakesTwoSteps() public {
        vm.prank(admin);
        parameters.transferOwnership(stranger);
        equal(parameters.owner(), admin, "not yet");
        vm.prank(stranger);
        parameters.acceptOwnership();
        equal(parameters.owner(), stranger, "accepted");
    }

    function test_directory() public {
        isTrue(directory.isComplete(), "complete");
        MyelinDirectory.Addresses memory a = directory.all();
        equal(a.payment, address(payment), "payment");
        equal(a.token, address(token), "token");
        a.queue = address(0xdead);
        isTrue(!new MyelinDirectory(a).isComplete(), "a module that is not there");
        a.queue = address(queue);
        isTrue(!new MyelinDirectory(a).isComplete(), "modules of another directory");
        MyelinDirectory other = new MyelinDirectory(a);
        vm.expectRevert(abi.encodeWithSelector(Module.WrongAddress.selector, a.stats));
        new NodeStats(other);
    }

    function testFuzz_directoryHasEveryAddress(uint8 which) public {
        MyelinDirectory.Addresses memory a = directory.all();
        which = which % 10;
        assembly ("memory-safe") {
            mstore(add(a, mul(which, 0x20)), 0)
        }
        vm.expectRevert(MyelinDirectory.ZeroAddress.selector);
        new MyelinDirectory(a);
    }

    function test_theDomainFollowsTheChain() public {
        bytes32 before = payment.domainSeparator();
        equal(before, sessions.domainSeparator(), "one domain");
        vm.chainId(99);
        bytes32 other = payment.domainSeparator();
        isTrue(before != other, "another chain, another domain");
        equal(
            other,
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256("Myelin"),
                    keccak256("1"),
                    99,
                    address(directory)
                )
            ),
            "domain"
        );
    }
}
