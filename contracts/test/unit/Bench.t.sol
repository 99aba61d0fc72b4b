// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {Brief, Tail, Terms} from "../../src/lib/Terms.sol";
import {Session} from "../../src/Session.sol";
import {Draw} from "../../src/lib/Draw.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {World} from "../support/World.sol";

/// @dev Who is silent is benched by others, the next in order sit, and nobody gains by it.
contract BenchTest is World {
    bytes32 private constant KIND = "kind";

    function window() private view returns (uint64) {
        return uint64(block.timestamp / 5 minutes);
    }

    function absence(address owner, uint64 window_, uint256 count)
        private
        view
        returns (uint256 seats, bytes memory s)
    {
        bytes32 subject = registry.absenceSubject(owner, window_);
        bytes32 kind = registry.ABSENCE_VERDICT();
        return attest(
            registry.committeeFor(subject, registry.setVersion(), owner),
            count,
            kind,
            subject,
            keccak256(abi.encode(kind, owner, window_))
        );
    }

    function bench(address owner) private {
        (uint256 seats, bytes memory s) = absence(owner, window(), 3);
        registry.bench(owner, window(), seats, s);
    }

    function more(uint256 validators) private {
        for (uint256 i = VALIDATORS; i < validators; ++i) {
            addValidator(i, 20_000 ether);
        }
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(block.timestamp + 1 hours);
            registry.makeSet();
        }
    }

    function members(bytes32 subject) private view returns (address[] memory) {
        return registry.committeeFor(subject, registry.setVersion(), address(0));
    }

    function verdictHolds(bytes32 subject, uint256 seats, bytes memory s) external view {
        registry.requireVerdict(registry.setVersion(), KIND, subject, "content", seats, s);
    }

    function signed(bytes32 subject, address[] memory all, uint256 places)
        private
        view
        returns (bytes memory)
    {
        return signatures(all, places, typed(Typed.attestation(KIND, subject, "content")));
    }

    function signatures(address[] memory all, uint256 places, bytes32 digest) private view returns (bytes memory s) {
        for (uint256 i = 0; i < all.length; ++i) {
            if (places >> i & 1 == 0) continue;
            s = abi.encodePacked(s, sign(keyOf[registry.validatorOf(all[i]).operator], digest));
        }
    }

    /// @dev Everybody in the order of a draw.
    function order(bytes32 subject) private view returns (address[] memory) {
        uint64 version = registry.setVersion();
        (uint256[] memory line,) = registry.setOf(version);
        bytes32 seed = keccak256(abi.encode(registry.beaconOf(version), subject));
        return Draw.drawLine(seed, registry.COMMITTEE_PURPOSE(), line, line.length);
    }

    function test_theNextInOrderSits() public {
        address[] memory all = order("subject");
        vm.expectEmit(true, true, true, true);
        emit ValidatorRegistry.Benched(all[1], uint64(START + 15 minutes), window());
        bench(all[1]);
        ValidatorRegistry.Validator memory v = registry.validatorOf(all[1]);
        equal(v.benchedUntil, START + 15 minutes, "until");
        equal(v.benches, 1, "once");
        equal(registry.bondOf(all[1]).stakedWei, stakeOf(all[1]), "no stake is lost");
        address[] memory now_ = members("subject");
        equal(now_.length, 6, "five and a gap");
        for (uint256 i = 0; i < 6; ++i) {
            equal(now_[i], i == 1 ? address(0) : all[i], "the others keep their places");
        }
        this.verdictHolds("subject", 49, signed("subject", all, 49));
        vm.warp(START + 15 minutes);
        equal(members("subject").length, 5, "it comes back by itself");
    }

    function stakeOf(address owner) private pure returns (uint256) {
        return 10_000 ether * (uint256(uint160(owner)) - 0xA0000 + 1);
    }

    function test_sessionsOpenAndSettleWithWhoIsNext() public {
        bench(validatorOwner(6));
        bench(validatorOwner(5));
        uint256 moved;
        for (uint256 i = 0; i < 6; ++i) {
            Session.Opening memory o = opening(gateway, 1, someNodes(1), 1 ether);
            if (signedByTheLast(o) > 5) ++moved;
            sessions.open(o, permitNone());
        }
        isTrue(moved > 0, "some committee had one of them");
        Live memory live = open(gateway, 1, 1, 1 ether);
        settleOne(live.brief, earned(1, 1000));
    }

    /// @dev The last three of those who sit sign, so the next in order are among them.
    function signedByTheLast(Session.Opening memory o) private view returns (uint256 places) {
        bytes32 id = typed(Typed.hash(o.request));
        (Brief memory brief, Tail memory tail) = sessions.termsOf(o);
        address[] memory c = registry.committee(tail.seed, o.validatorSet);
        bytes32 content = sessions.approvalOf(id, Terms.digest(brief), tail, o.nodes);
        uint256 missing = 3;
        uint256 seats;
        for (uint256 i = c.length; missing > 0; --i) {
            if (c[i - 1] == address(0)) continue;
            seats |= 1 << i - 1;
            --missing;
        }
        o.seats = seats;
        o.approvals = signatures(c, seats, typed(Typed.attestation(Typed.SESSION_APPROVAL, id, content)));
        return c.length;
    }

    function test_whatWasSignedBeforeStaysGood() public {
        address[] memory all = order("subject");
        bytes memory s = signed("subject", all, 7);
        bench(all[0]);
        bench(all[2]);
        this.verdictHolds("subject", 7, s);
    }

    function test_theBenchedTakesItsSeatWhenItSigned() public {
        address[] memory all = order("subject");
        bench(all[0]);
        this.verdictHolds("subject", 1 + 2 + 4, signed("subject", all, 1 + 2 + 4));
        this.verdictHolds("subject", 2 + 4 + 32, signed("subject", all, 2 + 4 + 32));
        bytes memory both = signed("subject", all, 1 + 2 + 32);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSeats.selector, 35));
        this.verdictHolds("subject", 35, both);
    }

    function test_nobodySitsWithoutAGap() public {
        address[] memory all = order("subject");
        bytes memory s = signed("subject", all, 1 + 2 + 32);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSeats.selector, 35));
        this.verdictHolds("subject", 35, s);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSeats.selector, 3 + (1 << 37)));
        this.verdictHolds("subject", 3 + (1 << 37), s);
        s = signed("subject", all, 7);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSeats.selector, 7 + (1 << 7)));
        this.verdictHolds("subject", 7 + (1 << 7), s);
    }

    function test_theWordOfWhoSatInCountsForAMomentLonger() public {
        address[] memory all = order("subject");
        bench(all[0]);
        bytes memory s = signed("subject", all, 2 + 4 + 32);
        vm.prank(registry.validatorOf(all[0]).operator);
        registry.present();
        equal(members("subject").length, 5, "back");
        vm.warp(START + 2 minutes - 1);
        this.verdictHolds("subject", 38, s);
        vm.warp(START + 2 minutes);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSeats.selector, 38));
        this.verdictHolds("subject", 38, s);
    }

    function test_whoIsBackSaysSo() public {
        address owner = validatorOwner(3);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NotBenched.selector, address(this)));
        registry.present();
        bench(owner);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NotBenched.selector, stranger));
        registry.present();
        vm.expectEmit(true, true, true, true);
        emit ValidatorRegistry.Presented(owner);
        vm.prank(vm.addr(validatorKey(3)));
        registry.present();
        equal(registry.validatorOf(owner).benchedUntil, START, "over");
        vm.warp(START + 5 minutes);
        bench(owner);
        // Who comes back after each verdict would never be passed over.
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.PresentBefore.selector, START + 1 hours));
        vm.prank(owner);
        registry.present();
        vm.warp(START + 1 hours);
        bench(owner);
        vm.prank(owner);
        registry.present();
        equal(registry.validatorOf(owner).benchedUntil, START + 1 hours, "over again");
        equal(registry.validatorOf(owner).benches, 3, "history stays");
    }

    function test_anOldKeySaysNothing() public {
        address owner = validatorOwner(3);
        bench(owner);
        keyOf[vm.addr(0xE1)] = 0xE1;
        bytes memory yes = consent(owner, 0xE1);
        vm.prank(owner);
        registry.setOperator(vm.addr(0xE1), yes);
        address old = vm.addr(validatorKey(3));
        vm.prank(old);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NotBenched.selector, old));
        registry.present();
        vm.prank(vm.addr(0xE1));
        registry.present();
    }

    function benchNow(address owner, uint64 w, uint256 seats, bytes memory s) external {
        registry.bench(owner, w, seats, s);
    }

    function test_aVerdictCountsOnceAndNotForLong() public {
        address owner = validatorOwner(3);
        uint64 w = window();
        (uint256 seats, bytes memory s) = absence(owner, w, 3);
        registry.bench(owner, w, seats, s);
        vm.prank(owner);
        registry.present();
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.WrongWindow.selector, w, w));
        this.benchNow(owner, w, seats, s);
        (seats, s) = absence(owner, w + 1, 3);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.WrongWindow.selector, w + 1, w));
        this.benchNow(owner, w + 1, seats, s);
        vm.warp(START + 15 minutes);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.WrongWindow.selector, w + 1, w + 3));
        this.benchNow(owner, w + 1, seats, s);
        vm.warp(START + 10 minutes);
        registry.bench(owner, w + 1, seats, s);
    }

    function test_itTakesAQuorumThatTheAbsentIsNotIn() public {
        address owner = validatorOwner(6);
        (uint256 seats, bytes memory s) = absence(owner, window(), 2);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, 2, 3));
        this.benchNow(owner, window(), seats, s);
        for (uint64 w = 0; w < 20; ++w) {
            address[] memory c = registry.committeeFor(registry.absenceSubject(owner, w), 1, owner);
            equal(c.length, 5, "five others");
            for (uint256 i = 0; i < 5; ++i) {
                isTrue(c[i] != owner, "not itself");
            }
        }
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NotAValidator.selector, stranger));
        this.benchNow(stranger, window(), 7, s);
    }

    function test_renewedWhileAbsent() public {
        address owner = validatorOwner(3);
        bench(owner);
        vm.warp(START + 10 minutes);
        bench(owner);
        equal(registry.validatorOf(owner).benchedUntil, START + 25 minutes, "from now on");
    }

    function test_enoughAreAlwaysLeft() public {
        bench(validatorOwner(0));
        bench(validatorOwner(1));
        (uint256 seats, bytes memory s) = absence(validatorOwner(2), window(), 3);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.TooManyBenched.selector, 3, 4));
        this.benchNow(validatorOwner(2), window(), seats, s);
        // One that is benched can be found absent again all the same.
        vm.warp(START + 5 minutes);
        bench(validatorOwner(1));
    }

    function test_whoLeftCountsAsGone() public {
        vm.prank(validatorOwner(0));
        registry.resign();
        vm.prank(validatorOwner(1));
        registry.setOperator(address(0), "");
        (uint256 seats, bytes memory s) = absence(validatorOwner(2), window(), 3);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.TooManyBenched.selector, 1, 4));
        this.benchNow(validatorOwner(2), window(), seats, s);
    }

    function test_neverMoreThanAQuarterOfTheSet() public {
        more(20);
        for (uint256 i = 0; i < 5; ++i) {
            bench(validatorOwner(i));
        }
        (uint256 seats, bytes memory s) = absence(validatorOwner(5), window(), 3);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.TooManyBenched.selector, 6, 14));
        this.benchNow(validatorOwner(5), window(), seats, s);
    }

    function test_beyondSoManySeatsStayEmpty() public {
        more(60);
        address[] memory all = order("subject");
        for (uint256 i = 0; i < 34; ++i) {
            vm.prank(all[i]);
            registry.resign();
        }
        address[] memory c = members("subject");
        equal(c.length, 37, "thirty-two are passed over");
        isTrue(c[34] == all[34] && c[36] == all[36], "and three sit");
        uint256 seats = 7 << 34;
        this.verdictHolds("subject", seats, signed("subject", all, seats));
    }

    /// @dev Whoever is benched, left, keyless or jailed: who sits is the first of the draw who can, one seat for each owner, and their word
    /// is taken at the places that the view tells.
    function testFuzz_seats(bytes32 subject, uint256 what) public {
        more(16);
        address[] memory all = order(subject);
        uint256 benched;
        for (uint256 i = 0; i < 8; ++i) {
            uint256 does = what >> 3 * i & 7;
            address owner = all[i];
            if (does == 1 && benched < 4) {
                ++benched;
                bench(owner);
            } else if (does == 2) {
                vm.prank(owner);
                registry.resign();
            } else if (does == 3) {
                vm.prank(owner);
                registry.setOperator(address(0), "");
            } else if (does == 4) {
                doubleSign(owner);
            }
        }
        address[] memory c = members(subject);
        uint256 seated;
        uint256 places;
        for (uint256 i = 0; i < c.length; ++i) {
            bool able = canSit(all[i]);
            equal(c[i], able ? all[i] : address(0), "in the order of the draw");
            if (able && ++seated > 2) places |= 1 << i;
        }
        equal(seated, 5, "five sit");
        this.verdictHolds(subject, places, signed(subject, all, places));
        // One more than a committee: nobody who can sit is passed over.
        uint256 beyond = c.length;
        while (!canSit(all[beyond])) ++beyond;
        uint256 wrong = places | 1 << beyond;
        bytes memory s = signed(subject, all, wrong);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSeats.selector, wrong));
        this.verdictHolds(subject, wrong, s);
    }

    function canSit(address owner) private view returns (bool) {
        ValidatorRegistry.Validator memory v = registry.validatorOf(owner);
        return v.status == ValidatorRegistry.Status.Active && v.operator != address(0)
            && v.jailedUntil <= block.timestamp && v.benchedUntil <= block.timestamp;
    }

    function doubleSign(address owner) private {
        uint256 key = keyOf[registry.validatorOf(owner).operator];
        bytes memory a = sign(key, typed(Typed.attestation(KIND, "double", "a")));
        bytes memory b = sign(key, typed(Typed.attestation(KIND, "double", "b")));
        registry.punishDoubleSigning(KIND, "double", "a", a, "b", b);
    }

    /// @dev Whatever subset of the places signs: it is taken only when those who signed and those who cannot be passed over before them
    /// have no more seats than a committee.
    function testFuzz_neverMoreThanACommitteeHasASay(uint256 absent, uint256 places) public {
        address[] memory all = order("subject");
        for (uint256 i = 0; i < 2; ++i) {
            address one = all[(absent >> 8 * i) % 7];
            if (registry.validatorOf(one).benchedUntil == 0) bench(one);
        }
        places %= 128;
        uint256 signers;
        uint256 seated;
        bool reached = true;
        for (uint256 i = 0; i < 7; ++i) {
            bool did = places >> i & 1 == 1;
            if (did) ++signers;
            if (did && seated >= 5) reached = false;
            if (did || canSit(all[i])) ++seated;
        }
        bytes memory s = signed("subject", all, places);
        if (!reached) vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.BadSeats.selector, places));
        else if (signers < 3) vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, signers, 3));
        this.verdictHolds("subject", places, s);
    }
}
