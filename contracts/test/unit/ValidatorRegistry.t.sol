// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Bonds} from "../../src/base/Bonds.sol";
import {Module} from "../../src/base/Module.sol";
import {Session} from "../../src/Session.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {Draw} from "../../src/lib/Draw.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {World} from "../support/World.sol";

contract ValidatorRegistryTest is World {
    function op(uint256 i) private pure returns (address) {
        return vm.addr(validatorKey(i));
    }

    function notAValidator(address who) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ValidatorRegistry.NotAValidator.selector, who);
    }

    /// @dev Two epochs, each with its set: who joined or left by now is in the set, or out of it, that is the newest then.
    function twoSets() private {
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(block.timestamp + 1 hours);
            registry.makeSet();
        }
    }

    // Owners.

    function test_registers() public {
        addValidator(20, 10_000 ether);
        address owner = validatorOwner(20);
        ValidatorRegistry.Validator memory v = registry.validatorOf(owner);
        equal(v.operator, op(20), "operator");
        equal(registry.ownerOf(op(20)), owner, "owner");
        isTrue(v.status == ValidatorRegistry.Status.Active, "active");
        equal(registry.bondOf(owner).stakedWei, 10_000 ether, "stake");
        equal(registry.owners().length, VALIDATORS + 1, "listed");
        bytes memory yes = consent(owner, validatorKey(21));
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.AlreadyRegistered.selector, owner));
        registry.registerValidator(op(21), 10_000 ether, yes);
        vm.stopPrank();
    }

    function test_registersOnlyWithStakeKeyAndConsent() public {
        address owner = validatorOwner(20);
        fund(owner, address(registry), 20_000 ether);
        bytes memory yes = consent(owner, validatorKey(20));
        bytes memory other = consent(stranger, validatorKey(20));
        bytes memory taken = consent(owner, validatorKey(0));
        vm.startPrank(owner);
        vm.expectRevert(abi.encodeWithSelector(Bonds.StakeTooSmall.selector, 10_000 ether - 1, 10_000 ether));
        registry.registerValidator(op(20), 10_000 ether - 1, yes);
        vm.expectRevert(abi.encodeWithSelector(Module.NoConsent.selector, owner, op(20)));
        registry.registerValidator(op(20), 10_000 ether, other);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.OperatorTaken.selector, op(0)));
        registry.registerValidator(op(0), 10_000 ether, taken);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.OperatorTaken.selector, owner));
        registry.registerValidator(owner, 10_000 ether, yes);
        vm.expectRevert(Bonds.ZeroAmount.selector);
        registry.registerValidator(op(20), 0, yes);
        vm.stopPrank();
    }

    function test_atMost128() public {
        for (uint256 i = VALIDATORS; i < 128; ++i) {
            addValidator(i, 10_000 ether);
        }
        fund(validatorOwner(128), address(registry), 10_000 ether);
        bytes memory yes = consent(validatorOwner(128), validatorKey(128));
        vm.prank(validatorOwner(128));
        vm.expectRevert(ValidatorRegistry.Full.selector);
        registry.registerValidator(op(128), 10_000 ether, yes);
        twoSets();
        (uint256[] memory line,) = registry.setOf(3);
        equal(line.length, 128, "all in the set");
        equal(registry.committee("seed", 3).length, 5, "drawn");
    }

    function test_replacesAndRevokesItsKey() public {
        bytes memory yes = consent(validatorOwner(0), validatorKey(30));
        vm.expectRevert(notAValidator(stranger));
        vm.prank(stranger);
        registry.setOperator(address(0), "");
        vm.startPrank(validatorOwner(0));
        registry.setOperator(op(30), yes);
        equal(registry.validatorOf(validatorOwner(0)).operator, op(30), "replaced");
        equal(registry.ownerOf(op(0)), validatorOwner(0), "evidence against the old key still finds its owner");
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.OperatorTaken.selector, op(30)));
        registry.setOperator(op(30), yes);
        registry.setOperator(address(0), "");
        equal(registry.validatorOf(validatorOwner(0)).operator, address(0), "revoked");
        vm.stopPrank();
        twoSets();
        (uint256[] memory line,) = registry.setOf(3);
        equal(line.length, VALIDATORS - 1, "who has no key does not sit");
    }

    function test_stakesAndUnbonds() public {
        address owner = validatorOwner(1);
        fund(owner, address(registry), 5 ether);
        vm.startPrank(owner);
        registry.stake(5 ether);
        equal(registry.bondOf(owner).stakedWei, 20_005 ether, "more");
        vm.expectRevert(abi.encodeWithSelector(Bonds.StakeTooSmall.selector, 10_000 ether - 1, 10_000 ether));
        registry.unbond(10_005 ether + 1);
        vm.expectRevert(abi.encodeWithSelector(Bonds.NotStaked.selector, 30_000 ether, 20_005 ether));
        registry.unbond(30_000 ether);
        vm.expectRevert(Bonds.ZeroAmount.selector);
        registry.unbond(0);
        vm.expectRevert(Bonds.NothingToWithdraw.selector);
        registry.withdraw(owner);
        registry.unbond(10_005 ether);
        equal(registry.bondOf(owner).unbondingWei, 10_005 ether, "on its way");
        vm.warp(START + 14 days - 1);
        vm.expectRevert(abi.encodeWithSelector(Bonds.StillBonded.selector, START + 14 days));
        registry.withdraw(owner);
        vm.warp(START + 14 days);
        registry.withdraw(stranger);
        vm.stopPrank();
        equal(token.balanceOf(stranger), 10_005 ether, "out");
        equal(registry.bondOf(owner).stakedWei, 10_000 ether, "the rest stays");
        isTrue(registry.validatorOf(owner).status == ValidatorRegistry.Status.Active, "active");
        vm.startPrank(stranger);
        vm.expectRevert(notAValidator(stranger));
        registry.stake(1);
        vm.expectRevert(notAValidator(stranger));
        registry.unbond(1);
        vm.expectRevert(notAValidator(stranger));
        registry.resign();
        vm.expectRevert(notAValidator(stranger));
        registry.withdraw(stranger);
        vm.stopPrank();
    }

    function test_resigns() public {
        address owner = validatorOwner(2);
        vm.startPrank(owner);
        registry.resign();
        equal(registry.owners().length, VALIDATORS - 1, "not listed");
        vm.expectRevert(notAValidator(owner));
        registry.resign();
        vm.warp(START + 14 days);
        registry.withdraw(owner);
        equal(token.balanceOf(owner), 30_000 ether, "all of it");
        isTrue(registry.validatorOf(owner).status == ValidatorRegistry.Status.None, "gone");
        token.approve(address(registry), type(uint256).max);
        vm.stopPrank();
        bytes memory yes = consent(owner, validatorKey(31));
        vm.prank(owner);
        registry.registerValidator(op(31), 10_000 ether, yes);
        equal(registry.owners().length, VALIDATORS, "back");
        // Everybody else is still where the list says.
        vm.prank(validatorOwner(6));
        registry.resign();
        vm.prank(validatorOwner(0));
        registry.resign();
        equal(registry.owners().length, VALIDATORS - 2, "listed");
    }

    // Sets.

    function test_setsAreSortedAndWeighted() public view {
        (uint256[] memory line, uint40 since) = registry.setOf(1);
        equal(since, START, "made");
        equal(registry.madeAt(1), START, "made");
        equal(line.length, VALIDATORS, "size");
        uint256 sum;
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            equal(line[i] >> 96, uint160(validatorOwner(i)), "by address");
            sum += 10_000 ether * (i + 1) / 1e12;
            equal(line[i] & type(uint96).max, sum, "sums");
        }
    }

    function test_oneSetAnEpoch() public {
        vm.warp(START + 1 hours - 1);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.EpochRunning.selector, START + 1 hours));
        registry.makeSet();
        vm.warp(START + 1 hours);
        equal(registry.makeSet(), 2, "second");
        isTrue(registry.isUsable(2) && registry.isUsable(1), "both for a while");
        isTrue(!registry.isUsable(0) && !registry.isUsable(3), "others never were");
        vm.warp(START + 1 hours + 10 minutes);
        isTrue(registry.isUsable(2) && !registry.isUsable(1), "the newest");
    }

    function test_nobodyActive() public {
        deploy(address(token));
        vm.expectRevert(ValidatorRegistry.NobodyActive.selector);
        registry.makeSet();
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.SetNotUsable.selector, 0));
        registry.committeeFor("x", 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.SetNotUsable.selector, 1));
        registry.committeeFor("x", 1, address(0));
    }

    function test_aSetDoesNotChange() public {
        address[] memory before = registry.committee("seed", 1);
        vm.prank(before[0]);
        registry.resign();
        addValidator(40, 1_000_000 ether);
        address[] memory after_ = registry.committee("seed", 1);
        equal(after_[0], address(0), "who left is passed over");
        for (uint256 i = 1; i < 5; ++i) {
            equal(before[i], after_[i], "the same at the same place");
        }
        equal(after_.length, 6, "the next sits");
        isTrue(after_[5] != validatorOwner(40), "out of the set");
        vm.warp(START + 1 hours);
        registry.makeSet();
        (uint256[] memory line,) = registry.setOf(2);
        equal(line.length, VALIDATORS, "the next set is of those who were there when the one before was made");
        vm.warp(START + 2 hours);
        registry.makeSet();
        bool drawn;
        for (uint256 s = 0; s < 5; ++s) {
            after_ = registry.committee(bytes32(s), 3);
            for (uint256 i = 0; i < 5; ++i) {
                isTrue(after_[i] != before[0], "who left is not drawn");
                if (after_[i] == validatorOwner(40)) drawn = true;
            }
        }
        isTrue(drawn, "who came is");
    }

    function test_weightsAreCapped() public {
        token.transfer(validatorOwner(50), 1e26);
        vm.prank(validatorOwner(50));
        token.approve(address(registry), type(uint256).max);
        bytes memory yes = consent(validatorOwner(50), validatorKey(50));
        vm.prank(validatorOwner(50));
        registry.registerValidator(op(50), 1e26, yes);
        twoSets();
        (uint256[] memory line,) = registry.setOf(3);
        equal((line[VALIDATORS] & type(uint96).max) - (line[VALIDATORS - 1] & type(uint96).max), 1e14, "1e26 / 1e12");
        isTrue(128 * registry.MAX_WEIGHT() < 2 ** 63, "all at the cap have 63 bits");
    }

    // Signatures.

    function check(uint256 seats, bytes memory signatures) private view returns (address[] memory) {
        return registry.requireVerdict(1, "kind", "subject", "content", seats, signatures);
    }

    function members() private view returns (address[] memory) {
        return registry.committeeFor("subject", 1, address(0));
    }

    function test_quorum() public {
        (uint256 seats, bytes memory s) = attest(members(), 3, "kind", "subject", "content");
        address[] memory signers = check(seats, s);
        equal(signers.length, 3, "three");
        for (uint256 i = 0; i < 3; ++i) {
            equal(signers[i], members()[i], "who");
        }
        (seats, s) = attest(members(), 5, "kind", "subject", "content");
        equal(check(seats, s).length, 5, "five");
        (seats, s) = attest(members(), 2, "kind", "subject", "content");
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, 2, 3));
        this.outside(seats, s);
    }

    function outside(uint256 seats, bytes memory signatures) external view returns (address[] memory) {
        return check(seats, signatures);
    }

    function test_seatsAndSignaturesBelongTogether() public {
        (uint256 seats, bytes memory s) = attest(members(), 3, "kind", "subject", "content");
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSeats.selector, 15));
        this.outside(15, s);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSeats.selector, seats | 32));
        this.outside(seats | 32, s);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSeats.selector, seats));
        this.outside(seats, abi.encodePacked(s, uint8(0)));
        (, bytes memory other) = attest(members(), 3, "kind", "subject", "other");
        vm.expectRevert();
        this.outside(seats, other);
    }

    function test_oneValidatorIsOneSeat() public {
        bytes32 digest = typed(Typed.attestation("kind", "subject", "content"));
        address[] memory m = members();
        bytes memory one = sign(keyOf[registry.validatorOf(m[0]).operator], digest);
        address signer = registry.validatorOf(m[0]).operator;
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSigner.selector, signer, m[1]));
        this.outside(7, abi.encodePacked(one, one, one));
    }

    function test_whoLeftOrIsJailedOrRevokedDoesNotSign() public {
        (uint256 seats, bytes memory s) = attest(members(), 3, "kind", "subject", "content");
        address m = members()[1];
        address signer = registry.validatorOf(m).operator;
        bytes memory no = abi.encodeWithSelector(ValidatorRegistry.BadSigner.selector, signer, m);
        vm.prank(m);
        registry.setOperator(address(0), "");
        vm.expectRevert(no);
        this.outside(seats, s);
        m = members()[0];
        signer = registry.validatorOf(m).operator;
        vm.prank(m);
        registry.resign();
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSigner.selector, signer, m));
        this.outside(seats, s);
    }

    function test_jailedDoNotSign() public {
        (uint256 seats, bytes memory s) = attest(members(), 3, "kind", "subject", "content");
        address m = members()[1];
        address signer = registry.validatorOf(m).operator;
        doubleSign(m);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSigner.selector, signer, m));
        this.outside(seats, s);
        vm.warp(START + 7 days);
        this.outside(seats, s);
    }

    function test_highSIsRefused() public {
        (uint256 seats, bytes memory s) = attest(members(), 3, "kind", "subject", "content");
        uint256 n = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        uint256 low;
        assembly {
            low := mload(add(s, 0x40))
            mstore(add(s, 0x40), sub(n, low))
        }
        s[64] = s[64] == bytes1(uint8(27)) ? bytes1(uint8(28)) : bytes1(uint8(27));
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureS.selector, bytes32(n - low)));
        this.outside(seats, s);
    }

    function test_theExcludedDoesNotSit() public view {
        for (uint256 i = 0; i < 20; ++i) {
            address[] memory with_ = registry.committeeFor(bytes32(i), 1, address(0));
            address[] memory without = registry.committeeFor(bytes32(i), 1, with_[2]);
            equal(without.length, 5, "five");
            equal(without[0], with_[0], "the others stay");
            equal(without[2], with_[3], "and move up");
            for (uint256 j = 0; j < 5; ++j) {
                isTrue(without[j] != with_[2], "excluded");
            }
        }
    }

    // Faults.

    function doubleSign(address owner) private {
        uint256 key = keyOf[registry.validatorOf(owner).operator];
        bytes memory a = sign(key, typed(Typed.attestation("kind", "double", "a")));
        bytes memory b = sign(key, typed(Typed.attestation("kind", "double", "b")));
        registry.punishDoubleSigning("kind", "double", "a", a, "b", b);
    }

    function test_doubleSigningCostsEverything() public {
        address owner = validatorOwner(3);
        bytes memory a = sign(validatorKey(3), typed(Typed.attestation("kind", "subject", "a")));
        bytes memory b = sign(validatorKey(3), typed(Typed.attestation("kind", "subject", "b")));
        bytes memory c = sign(validatorKey(4), typed(Typed.attestation("kind", "subject", "b")));
        bytes memory d = sign(nodeKey(1), typed(Typed.attestation("kind", "subject", "a")));
        bytes memory e = sign(nodeKey(1), typed(Typed.attestation("kind", "subject", "b")));
        vm.expectRevert(ValidatorRegistry.NoContradiction.selector);
        registry.punishDoubleSigning("kind", "subject", "a", a, "a", a);
        vm.expectRevert(ValidatorRegistry.NoContradiction.selector);
        registry.punishDoubleSigning("kind", "subject", "a", a, "b", c);
        vm.expectRevert(ValidatorRegistry.NoContradiction.selector);
        registry.punishDoubleSigning("kind", "subject", "a", d, "b", e);
        vm.startPrank(owner);
        registry.setOperator(address(0), "");
        registry.unbond(30_000 ether);
        vm.stopPrank();
        vm.prank(stranger);
        registry.punishDoubleSigning("kind", "subject", "a", a, "b", b);
        equal(registry.bondOf(owner).stakedWei, 0, "all that was staked");
        equal(registry.bondOf(owner).unbondingWei, 0, "all that was leaving, and for a key it had revoked");
        equal(registry.credits(stranger), 4_000 ether, "a tenth for who showed it");
        equal(registry.credits(treasury), 36_000 ether, "the rest for the treasury");
        equal(registry.validatorOf(owner).jailedUntil, START + 7 days, "jailed");
        vm.expectRevert(ValidatorRegistry.PunishedBefore.selector);
        registry.punishDoubleSigning("kind", "subject", "a", a, "b", b);
        registry.withdrawCredit(stranger);
        equal(token.balanceOf(stranger), 4_000 ether, "fetched");
        vm.expectRevert(Bonds.NothingToWithdraw.selector);
        registry.withdrawCredit(stranger);
        twoSets();
        (uint256[] memory line,) = registry.setOf(3);
        equal(line.length, VALIDATORS - 1, "does not sit");
    }

    function verdictOn(address owner, ValidatorRegistry.Fault fault)
        private
        view
        returns (uint256 seats, bytes memory signatures)
    {
        bytes32 subject = registry.faultSubject(owner);
        (uint64 judgedBy,,) = registry.cases(owner);
        bytes32 content = keccak256(
            abi.encode(
                Typed.FAULT_VERDICT, owner, uint64(registry.validatorOf(owner).round), uint8(fault), bytes32("evidence")
            )
        );
        return attest(registry.committeeFor(subject, judgedBy, owner), 3, Typed.FAULT_VERDICT, subject, content);
    }

    function test_aCommitteePunishes() public {
        address owner = validatorOwner(6);
        vm.prank(stranger);
        vm.expectRevert(notAValidator(stranger));
        registry.accuse(owner);
        vm.prank(validatorOwner(0));
        vm.expectRevert(notAValidator(stranger));
        registry.accuse(stranger);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoCase.selector, owner));
        registry.punish(owner, ValidatorRegistry.Fault.Downtime, "evidence", 0, "");
        vm.prank(validatorOwner(0));
        registry.accuse(owner);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.SetNotUsable.selector, 3));
        registry.punish(owner, ValidatorRegistry.Fault.Downtime, "evidence", 0, "");
        vm.warp(START + 1 hours);
        registry.makeSet();
        // Shares for the next set may have been shown when it was accused; those for the one after were not.
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.SetNotUsable.selector, 3));
        registry.punish(owner, ValidatorRegistry.Fault.Downtime, "evidence", 0, "");
        vm.warp(START + 2 hours);
        registry.makeSet();
        vm.prank(validatorOwner(0));
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.CaseOpen.selector, START + 7 days));
        registry.accuse(owner);
        (uint256 seats, bytes memory s) = verdictOn(owner, ValidatorRegistry.Fault.ApprovedInvalidResult);
        vm.expectRevert();
        registry.punish(owner, ValidatorRegistry.Fault.Collusion, "evidence", seats, s);
        vm.prank(stranger);
        registry.punish(owner, ValidatorRegistry.Fault.ApprovedInvalidResult, "evidence", seats, s);
        equal(registry.bondOf(owner).stakedWei, 49_000 ether, "thirty in a hundred");
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoCase.selector, owner));
        registry.punish(owner, ValidatorRegistry.Fault.ApprovedInvalidResult, "evidence", seats, s);
        vm.warp(START + 7 days);
        vm.prank(validatorOwner(0));
        registry.accuse(owner);
        vm.warp(START + 14 days);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoCase.selector, owner));
        registry.punish(owner, ValidatorRegistry.Fault.Downtime, "evidence", seats, s);
    }

    function test_sharesAreTheSeeds() public view {
        equal(registry.shareOf(ValidatorRegistry.Fault.Downtime), 1_000, "10 %");
        equal(registry.shareOf(ValidatorRegistry.Fault.ApprovedInvalidResult), 3_000, "30 %");
        equal(registry.shareOf(ValidatorRegistry.Fault.InvalidSignature), 5_000, "50 %");
        equal(registry.shareOf(ValidatorRegistry.Fault.Collusion), 10_000, "100 %");
    }
}
