// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {World} from "../support/World.sol";

/// Where the randomness of a set comes from.
contract SharesTest is World {
    function op(uint256 i) private pure returns (address) {
        return vm.addr(validatorKey(i));
    }

    function share(uint256 i, uint256 n) private pure returns (bytes32) {
        return keccak256(abi.encode("share", i, n));
    }

    function sealed_(uint256 i, uint256 n) private pure returns (bytes32) {
        return keccak256(abi.encode(validatorOwner(i), share(i, n)));
    }

    /// @dev Shows what is sealed under number `n`, if that is not 0, and seals the next number.
    function contribute(uint256 i, uint256 n) private {
        vm.prank(op(i));
        registry.contribute(n == 0 ? bytes32(0) : share(i, n), sealed_(i, n + 1));
    }

    function nextSet() private returns (uint64) {
        vm.warp(block.timestamp + 1 hours);
        return registry.makeSet();
    }

    /// @dev Everybody seals under set 1 and the next set is made.
    function allSealed() private {
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            contribute(i, 0);
        }
        nextSet();
    }

    function seats(bytes32 subject) private view returns (address[] memory) {
        return registry.committeeFor(subject, registry.setVersion(), address(0));
    }

    function sits(uint256 i) private view returns (bool) {
        for (uint256 s = 0; s < 20; ++s) {
            address[] memory members = seats(bytes32(s));
            for (uint256 j = 0; j < members.length; ++j) {
                if (members[j] == validatorOwner(i)) return true;
            }
        }
        return false;
    }

    function test_whatWasShownMakesTheNextBeacon() public {
        allSealed();
        bytes32 before = registry.beaconOf(2);
        vm.expectEmit(true, true, true, true);
        emit ValidatorRegistry.ShareShown(validatorOwner(0), 2, share(0, 1));
        vm.expectEmit(true, true, true, true);
        emit ValidatorRegistry.ShareSealed(validatorOwner(0), 3, sealed_(0, 2));
        contribute(0, 1);
        equal(registry.sealOf(validatorOwner(0)), sealed_(0, 2), "the next seal");
        equal(registry.owesOf(validatorOwner(0)), 3, "due under the next set");
        bytes32 shares = keccak256(abi.encode(validatorOwner(0), uint64(2), share(0, 1)));
        for (uint256 i = 1; i < VALIDATORS; ++i) {
            contribute(i, 1);
            shares ^= keccak256(abi.encode(validatorOwner(i), uint64(2), share(i, 1)));
        }
        equal(nextSet(), 3, "third");
        equal(registry.beaconOf(3), keccak256(abi.encode(before, shares, uint64(3))), "of all shares");
    }

    function test_theOrderOfSharesIsNobodysChoice() public {
        allSealed();
        uint256 state = vm.snapshotState();
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            contribute(i, 1);
        }
        nextSet();
        bytes32 forward = registry.beaconOf(3);
        vm.revertToState(state);
        for (uint256 i = VALIDATORS; i > 0; --i) {
            contribute(i - 1, 1);
        }
        nextSet();
        equal(registry.beaconOf(3), forward, "the same");
    }

    /// @dev Not even with every choice that a client who is its own gateway has.
    function test_sessionsDoNotSteerTheRandomness() public {
        uint256 state = vm.snapshotState();
        nextSet();
        bytes32 without = registry.beaconOf(2);
        vm.revertToState(state);
        open(gateway, 1, 1, 1 ether);
        nextSet();
        equal(registry.beaconOf(2), without, "no session goes in");
    }

    /// @dev Who has seen the others' shares can bring no stake, key or owner into the set that they make.
    function test_whoSitsIsFixedBeforeTheRandomness() public {
        allSealed();
        (uint256[] memory before,) = registry.setOf(2);
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            contribute(i, 1);
        }
        addValidator(40, 1_000_000 ether);
        fund(validatorOwner(1), address(registry), 5 ether);
        vm.prank(validatorOwner(1));
        registry.stake(5 ether);
        vm.prank(validatorOwner(2));
        registry.unbond(1 ether);
        nextSet();
        (uint256[] memory line,) = registry.setOf(3);
        equal(keccak256(abi.encode(line)), keccak256(abi.encode(before)), "as it was written down");
        nextSet();
        (line,) = registry.setOf(4);
        equal(line.length, VALIDATORS + 1, "from the next on");
    }

    function test_onlyWhatWasSealedCanBeShown() public {
        allSealed();
        vm.expectRevert(
            abi.encodeWithSelector(ValidatorRegistry.WrongShare.selector, validatorOwner(0), sealed_(0, 1))
        );
        vm.prank(op(0));
        registry.contribute(share(0, 9), sealed_(0, 2));
        // Another's seal cannot be taken over: it holds its owner.
        vm.expectRevert(
            abi.encodeWithSelector(ValidatorRegistry.WrongShare.selector, validatorOwner(1), sealed_(1, 1))
        );
        vm.prank(op(1));
        registry.contribute(share(0, 1), sealed_(1, 2));
        contribute(0, 1);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NotYet.selector, validatorOwner(0), 2));
        contribute(0, 2);
    }

    function test_nothingIsShownBeforeTheNextSet() public {
        contribute(0, 0);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NotYet.selector, validatorOwner(0), 1));
        contribute(0, 1);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.WrongShare.selector, validatorOwner(1), bytes32(0)));
        contribute(1, 5);
    }

    function test_onlyOperatorsContribute() public {
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NotAValidator.selector, address(0)));
        vm.prank(stranger);
        registry.contribute(0, "seal");
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NotAValidator.selector, address(0)));
        vm.prank(validatorOwner(0));
        registry.contribute(0, "seal");
        bytes memory yes = consent(validatorOwner(0), validatorKey(30));
        vm.prank(validatorOwner(0));
        registry.setOperator(op(30), yes);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NotAValidator.selector, validatorOwner(0)));
        vm.prank(op(0));
        registry.contribute(0, "seal");
        vm.prank(validatorOwner(0));
        registry.resign();
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NotAValidator.selector, validatorOwner(0)));
        vm.prank(op(30));
        registry.contribute(0, "seal");
    }

    /// @dev Who bends a set by silence does not sit in it, whatever it says once that set is there.
    function test_whoWithholdsIsPassedOverInTheSetItBent() public {
        allSealed();
        for (uint256 i = 0; i < VALIDATORS - 1; ++i) {
            contribute(i, 1);
        }
        uint256 last = VALIDATORS - 1;
        isTrue(sits(last), "not yet");
        nextSet();
        isTrue(!sits(last), "passed over");
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NotYet.selector, validatorOwner(last), 3));
        contribute(last, 0);
        // A new key does not help.
        bytes memory yes = consent(validatorOwner(last), validatorKey(31));
        vm.prank(validatorOwner(last));
        registry.setOperator(op(31), yes);
        isTrue(!sits(last), "still passed over");
        for (uint256 i = 0; i < VALIDATORS - 1; ++i) {
            contribute(i, 2);
        }
        nextSet();
        isTrue(!sits(last), "until it seals again");
        vm.expectRevert(
            abi.encodeWithSelector(ValidatorRegistry.WrongShare.selector, validatorOwner(last), sealed_(last, 1))
        );
        vm.prank(op(31));
        registry.contribute(share(last, 1), sealed_(last, 2));
        vm.prank(op(31));
        registry.contribute(0, sealed_(last, 2));
        isTrue(sits(last), "back");
        equal(registry.owesOf(validatorOwner(last)), 5, "and due again");
    }

    function test_aSignatureOfWhoWithheldDoesNotCount() public {
        allSealed();
        for (uint256 i = 0; i < VALIDATORS - 1; ++i) {
            contribute(i, 1);
        }
        uint256 last = VALIDATORS - 1;
        bytes32 subject;
        nextSet();
        // A subject whose draw has it among the first three.
        address[] memory order;
        uint256 place = 9;
        while (place > 2) {
            subject = keccak256(abi.encode(subject));
            order = seats(subject);
            place = 9;
            for (uint256 i = 0; i < 3; ++i) {
                if (order[i] == address(0)) place = i;
            }
        }
        order[place] = validatorOwner(last);
        (uint256 bits, bytes memory s) = attest(order, 3, "kind", subject, "content");
        vm.expectRevert(
            abi.encodeWithSelector(ValidatorRegistry.BadSigner.selector, op(last), validatorOwner(last))
        );
        registry.requireVerdict(3, "kind", subject, "content", bits, s);
    }

    function test_whoSealsNothingOwesNothing() public {
        allSealed();
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            vm.prank(op(i));
            registry.contribute(share(i, 1), bytes32(0));
        }
        nextSet();
        equal(registry.owesOf(validatorOwner(0)), 0, "nothing is due");
        nextSet();
        nextSet();
        isTrue(sits(0), "it sits");
        contribute(0, 0);
        equal(registry.owesOf(validatorOwner(0)), 6, "it can begin again at any time");
    }

    /// @dev A network that slept wakes up with its committees.
    function test_whenMostAreSilentNobodyIsPassedOver() public {
        allSealed();
        for (uint256 i = 0; i < VALIDATORS / 2; ++i) {
            contribute(i, 1);
        }
        nextSet();
        equal(registry.forgivenUpTo(), 2, "of seven three are too few");
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            isTrue(sits(i), "all sit");
        }
        contribute(VALIDATORS - 1, 0);
        equal(registry.owesOf(validatorOwner(VALIDATORS - 1)), 4, "and go on at once");
    }

    function test_fewerThanACommitteeAreSeatedAtOnce() public {
        deploy(address(token));
        for (uint256 i = 60; i < 64; ++i) {
            addValidator(i, 10_000 ether);
        }
        registry.makeSet();
        for (uint256 i = 64; i < 67; ++i) {
            addValidator(i, 10_000 ether);
        }
        nextSet();
        (uint256[] memory line,) = registry.setOf(2);
        equal(line.length, 7, "who is there now");
        addValidator(67, 10_000 ether);
        nextSet();
        (line,) = registry.setOf(3);
        equal(line.length, 7, "from now on those written down before");
        nextSet();
        (line,) = registry.setOf(4);
        equal(line.length, 8, "all");
    }

    /// @dev Of n validators of one hand, at most 2^n outcomes: each shows or does not, and nothing else matters.
    function testFuzz_onlyWhoShowsMatters(uint256 shown, uint256 order) public {
        allSealed();
        bytes32 expected;
        uint256 count;
        for (uint256 n = 0; n < VALIDATORS; ++n) {
            uint256 i = (n + order % VALIDATORS) % VALIDATORS;
            if (shown >> i & 1 == 0) continue;
            contribute(i, 1);
            expected ^= keccak256(abi.encode(validatorOwner(i), uint64(2), share(i, 1)));
            ++count;
        }
        bytes32 before = registry.beaconOf(2);
        nextSet();
        equal(registry.beaconOf(3), keccak256(abi.encode(before, expected, uint64(3))), "who showed");
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            isTrue(sits(i) == (shown >> i & 1 == 1 || 2 * count <= VALIDATORS), "who withheld does not sit");
        }
    }
}
