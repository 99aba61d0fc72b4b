// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Appeals} from "../../src/base/Appeals.sol";
import {NodePool} from "../../src/NodePool.sol";
import {NodeStats} from "../../src/NodeStats.sol";
import {Param} from "../../src/Parameters.sol";
import {Seat} from "../../src/lib/Terms.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {World} from "../support/World.sol";

/// @dev A verdict of fraud locks what it costs; other owners can overturn it.
contract AppealsTest is World {
    bytes32 private constant EVIDENCE = "evidence";
    uint256 private constant BOND = 1.5 ether;

    function setUp() public override {
        super.setUp();
        fund(nodeOwner(0), address(nodes), 10 ether);
    }

    function convict() private {
        judge(node(0), NodePool.Verdict.Fraud);
    }

    function appeal() private {
        vm.prank(nodeOwner(0));
        nodes.appeal(node(0), EVIDENCE);
    }

    function makeSets() private {
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(block.timestamp + 1 hours);
            registry.makeSet();
        }
    }

    function appealed() private {
        convict();
        appeal();
        makeSets();
    }

    function others() private view returns (address[] memory) {
        bytes32 subject = nodes.appealSubject(node(0), EVIDENCE);
        uint64 judgedBy = nodes.cutOf(node(0), EVIDENCE).judgedBy;
        return registry.committeeWithout(subject, judgedBy, nodes.barredOf(node(0), EVIDENCE));
    }

    function decision(bool overturned) private view returns (uint256 seats, bytes memory s) {
        return attest(others(), 3, Typed.APPEAL_VERDICT, nodes.appealSubject(node(0), EVIDENCE), content(overturned));
    }

    function content(bool overturned) private pure returns (bytes32) {
        return keccak256(abi.encode(Typed.APPEAL_VERDICT, node(0), EVIDENCE, overturned));
    }

    function decide(bool overturned) private {
        (uint256 seats, bytes memory s) = decision(overturned);
        nodes.decide(node(0), EVIDENCE, overturned, seats, s);
    }

    function is_(NodePool.Standing s) private view {
        equal(uint256(nodes.nodeOf(node(0)).standing), uint256(s), "standing");
    }

    function phase(Appeals.CutPhase p) private view {
        equal(uint256(nodes.cutOf(node(0), EVIDENCE).phase), uint256(p), "phase");
    }

    function wrong(Appeals.CutPhase p) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Appeals.WrongCut.selector, p);
    }

    function conserved() private view {
        uint256 held = nodes.lockedOf(node(0)) + nodes.credits(address(this)) + nodes.credits(treasury)
            + nodes.credits(nodeOwner(0));
        for (uint256 i = 0; i < NODES; ++i) {
            held += nodes.bondOf(node(i)).stakedWei + nodes.bondOf(node(i)).unbondingWei;
        }
        equal(token.balanceOf(address(nodes)), held, "tokens = stakes + locked + credits");
    }

    function parameters_(Param param, uint256 value) private {
        vm.prank(admin);
        parameters.propose(param, value);
        vm.warp(block.timestamp + 2 days);
        parameters.execute(param);
    }

    // The lock.

    function test_aVerdictsCutIsLockedAndNobodyIsPaid() public {
        vm.expectEmit(true, true, true, true);
        emit Appeals.CutLocked(node(0), EVIDENCE, 30 ether, uint40(START + 3 days), 3, address(this));
        convict();
        equal(nodes.bondOf(node(0)).stakedWei, 70 ether, "cut");
        equal(nodes.lockedOf(node(0)), 30 ether, "locked");
        equal(nodes.credits(address(this)) + nodes.credits(treasury), 0, "nobody is paid");
        Appeals.Cut memory c = nodes.cutOf(node(0), EVIDENCE);
        equal(c.stakedWei, 30 ether, "of the stake");
        equal(c.unbondingWei + c.bondWei, 0, "nothing else");
        equal(c.since, START, "since");
        equal(c.judgedBy, 3, "the set after the next");
        equal(c.round, 2, "round");
        equal(c.reporter, address(this), "reporter");
        isTrue(c.wasIn, "was in the pool");
        phase(Appeals.CutPhase.Locked);
        equal(nodes.cutOpenUntil(node(0), EVIDENCE), START + 3 days, "until");
        conserved();
    }

    function test_itIsFinalWhenNobodyAppeals() public {
        convict();
        bytes memory open = abi.encodeWithSelector(Appeals.CutOpen.selector, START + 3 days);
        vm.warp(START + 3 days - 1);
        vm.expectRevert(open);
        nodes.finalizeCut(node(0), EVIDENCE);
        vm.warp(START + 3 days);
        vm.expectEmit(true, true, true, true);
        emit Appeals.CutFinal(node(0), EVIDENCE, 30 ether);
        vm.prank(stranger);
        nodes.finalizeCut(node(0), EVIDENCE);
        equal(nodes.credits(address(this)), 3 ether, "reporter");
        equal(nodes.credits(treasury), 27 ether, "treasury");
        equal(nodes.lockedOf(node(0)), 0, "nothing is locked");
        phase(Appeals.CutPhase.Gone);
        equal(nodes.cutOpenUntil(node(0), EVIDENCE), 0, "ended");
        conserved();
        vm.expectRevert(wrong(Appeals.CutPhase.Gone));
        nodes.finalizeCut(node(0), EVIDENCE);
        vm.prank(nodeOwner(0));
        vm.expectRevert(wrong(Appeals.CutPhase.Gone));
        nodes.appeal(node(0), EVIDENCE);
        vm.expectRevert(wrong(Appeals.CutPhase.Gone));
        nodes.decide(node(0), EVIDENCE, true, 0, "");
        is_(NodePool.Standing.Suspended);
        vm.expectRevert(wrong(Appeals.CutPhase.None));
        nodes.finalizeCut(node(1), EVIDENCE);
    }

    // Appeals.

    function test_onlyItsOwnerAppealsOnceInTimeWithABond() public {
        vm.startPrank(nodeOwner(0));
        vm.expectRevert(wrong(Appeals.CutPhase.None));
        nodes.appeal(node(0), EVIDENCE);
        vm.stopPrank();
        convict();
        vm.expectRevert(abi.encodeWithSelector(NodePool.NotOwner.selector, address(this)));
        nodes.appeal(node(0), EVIDENCE);
        vm.expectRevert(wrong(Appeals.CutPhase.Locked));
        nodes.decide(node(0), EVIDENCE, true, 0, "");
        equal(nodes.appealBondOf(node(0), EVIDENCE), BOND, "five in a hundred of thirty");
        vm.warp(START + 3 days);
        vm.startPrank(nodeOwner(0));
        vm.expectRevert(abi.encodeWithSelector(Appeals.AppealOver.selector, START + 3 days));
        nodes.appeal(node(0), EVIDENCE);
        vm.warp(START + 3 days - 1);
        vm.expectEmit(true, true, true, true);
        emit Appeals.Appealed(node(0), EVIDENCE, BOND, 3);
        nodes.appeal(node(0), EVIDENCE);
        vm.expectRevert(wrong(Appeals.CutPhase.Appealed));
        nodes.appeal(node(0), EVIDENCE);
        vm.stopPrank();
        equal(token.balanceOf(nodeOwner(0)), 10 ether - BOND, "paid");
        equal(nodes.lockedOf(node(0)), 30 ether + BOND, "locked too");
        conserved();
    }

    function test_theBondIsNeverNothing() public {
        // Its stake is gone before it is convicted, so that nothing is cut.
        vm.startPrank(nodeOwner(0));
        nodes.remove(node(0));
        vm.warp(START + 14 days);
        nodes.withdraw(node(0), nodeOwner(0));
        vm.stopPrank();
        convict();
        equal(nodes.lockedOf(node(0)), 0, "nothing was left");
        equal(nodes.appealBondOf(node(0), EVIDENCE), BOND, "of what the least stake would lose");
        parameters_(Param.MinNodeStakeWei, 1);
        equal(nodes.appealBondOf(node(0), EVIDENCE), 1, "a wei");
        parameters_(Param.MinNodeStakeWei, 100 ether);
        // Of more than the least stake, its own.
        fund(nodeOwner(1), address(nodes), 900 ether);
        vm.prank(nodeOwner(1));
        nodes.stake(node(1), 900 ether);
        judge(node(1), NodePool.Verdict.Fraud);
        equal(nodes.appealBondOf(node(1), EVIDENCE), 15 ether, "five in a hundred of three hundred");
    }

    function test_othersOverturnIt() public {
        appealed();
        int256 before = stats.points(node(0));
        vm.expectEmit(true, true, true, true);
        emit Appeals.AppealDecided(node(0), EVIDENCE, true);
        vm.expectEmit(true, true, true, true);
        emit NodePool.Judged(node(0), NodePool.Verdict.Reinstated, 2, EVIDENCE);
        decide(true);
        is_(NodePool.Standing.Unqualified);
        equal(nodes.bondOf(node(0)).stakedWei, 100 ether, "its stake");
        equal(nodes.credits(nodeOwner(0)), BOND, "its bond");
        equal(nodes.lockedOf(node(0)), 0, "nothing is locked");
        equal(nodes.credits(address(this)) + nodes.credits(treasury), 0, "nobody is paid");
        isTrue(before == -20 && stats.points(node(0)) == 0, "its points");
        NodeStats.Counter memory c = stats.counterOf(node(0), NodeStats.Stage.Correctness);
        equal(c.attempts + c.successes + c.streak, 0, "as if it had not been counted");
        phase(Appeals.CutPhase.Returned);
        conserved();
        vm.expectRevert(wrong(Appeals.CutPhase.Returned));
        nodes.finalizeCut(node(0), EVIDENCE);
        // The same evidence convicts nobody again, and the node can serve.
        (uint256 seats, bytes memory s) = judgement(node(0), NodePool.Verdict.Fraud);
        vm.expectRevert(abi.encodeWithSelector(NodePool.ProvenBefore.selector, EVIDENCE));
        nodes.judge(node(0), NodePool.Verdict.Fraud, EVIDENCE, seats, s);
        judge(node(0), NodePool.Verdict.Qualified);
        equal(nodes.freeSlots(node(0)), 8, "drawn again");
        equal(nodes.cutOpenUntil(node(0), EVIDENCE), 0, "decided");
    }

    function test_othersUpholdIt() public {
        appealed();
        vm.expectEmit(true, true, true, true);
        emit Appeals.AppealDecided(node(0), EVIDENCE, false);
        vm.expectEmit(true, true, true, true);
        emit Appeals.CutFinal(node(0), EVIDENCE, 30 ether + BOND);
        decide(false);
        uint256 reward = (30 ether + BOND) / 10;
        equal(nodes.credits(address(this)), reward, "reporter");
        equal(nodes.credits(treasury), 30 ether + BOND - reward, "treasury");
        equal(nodes.credits(nodeOwner(0)), 0, "the bond is gone");
        equal(nodes.bondOf(node(0)).stakedWei, 70 ether, "so is the cut");
        isTrue(stats.points(node(0)) == -20, "its points");
        is_(NodePool.Standing.Suspended);
        phase(Appeals.CutPhase.Gone);
        conserved();
    }

    function test_whereNobodyDecidesTheVerdictStandsAndTheBondGoesBack() public {
        convict();
        appeal();
        equal(nodes.cutOpenUntil(node(0), EVIDENCE), 0, "its set is not made");
        vm.warp(START + 9 days);
        vm.expectRevert(abi.encodeWithSelector(Appeals.CutOpen.selector, 0));
        nodes.finalizeCut(node(0), EVIDENCE);
        makeSets();
        uint256 until = block.timestamp + 3 days;
        equal(nodes.cutOpenUntil(node(0), EVIDENCE), until, "from when its set was made");
        (uint256 seats, bytes memory s) = decision(true);
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(Appeals.CutOpen.selector, until));
        nodes.finalizeCut(node(0), EVIDENCE);
        vm.warp(until);
        vm.expectRevert(abi.encodeWithSelector(Appeals.AppealOver.selector, until));
        nodes.decide(node(0), EVIDENCE, true, seats, s);
        nodes.finalizeCut(node(0), EVIDENCE);
        equal(nodes.credits(nodeOwner(0)), BOND, "nobody found against the appeal");
        equal(nodes.credits(address(this)), 3 ether, "reporter");
        equal(nodes.credits(treasury), 27 ether, "treasury");
        is_(NodePool.Standing.Suspended);
        conserved();
    }

    function test_theTimeToDecideBeginsWithTheLaterOfSetAndAppeal() public {
        convict();
        makeSets();
        vm.warp(START + 2 days);
        appeal();
        equal(nodes.cutOpenUntil(node(0), EVIDENCE), START + 5 days, "from the appeal");
        vm.warp(START + 5 days - 1);
        decide(true);
        phase(Appeals.CutPhase.Returned);
    }

    // Who decides.

    function test_nobodyOfTheFirstCommitteeThatSignedSits() public {
        bytes32 subject = nodes.fraudSubject(node(0), EVIDENCE);
        address[] memory first = registry.committeeFor(subject, 1, address(0));
        appealed();
        address[] memory barred = nodes.barredOf(node(0), EVIDENCE);
        equal(barred.length, 5, "three signers, who brought it, the owner");
        address[] memory members = others();
        uint256 count;
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i] == address(0)) continue;
            ++count;
            for (uint256 j = 0; j < 3; ++j) {
                equal(barred[j], first[j], "who signed");
                isTrue(members[i] != first[j], "does not sit");
            }
        }
        equal(count, 4, "all others do");
        // Their word counts for nothing, in whatever seats they claim.
        address[] memory three = new address[](3);
        (three[0], three[1], three[2]) = (first[0], first[1], first[2]);
        bytes32 s = nodes.appealSubject(node(0), EVIDENCE);
        (, bytes memory signatures) = attest(three, 3, Typed.APPEAL_VERDICT, s, content(false));
        uint256 seats;
        for (uint256 i = 0; i < 4; ++i) {
            seats = 15 ^ 1 << i;
            vm.expectRevert();
            nodes.decide(node(0), EVIDENCE, false, seats, signatures);
        }
        // Neither does a committee's that was drawn with them.
        (seats, signatures) =
            attest(registry.committeeFor(s, 3, address(0)), 3, Typed.APPEAL_VERDICT, s, content(false));
        if (signerAmong(registry.committeeFor(s, 3, address(0)), seats, barred)) {
            vm.expectRevert();
            nodes.decide(node(0), EVIDENCE, false, seats, signatures);
        }
    }

    function signerAmong(address[] memory members, uint256 seats, address[] memory barred) private pure returns (bool) {
        for (uint256 i = 0; i < members.length; ++i) {
            if (seats >> i & 1 == 0) continue;
            for (uint256 j = 0; j < barred.length; ++j) {
                if (members[i] == barred[j]) return true;
            }
        }
        return false;
    }

    function test_neitherWhoBroughtItNorTheOwnerSits() public {
        bytes32 subject = nodes.fraudSubject(node(0), EVIDENCE);
        address[] memory first = registry.committeeFor(subject, 1, address(0));
        (uint256 seats, bytes memory s) = judgement(node(0), NodePool.Verdict.Fraud);
        // The fourth of the committee brings it, by its operator's key, and signed nothing.
        vm.prank(registry.validatorOf(first[3]).operator);
        nodes.judge(node(0), NodePool.Verdict.Fraud, EVIDENCE, seats, s);
        address[] memory barred = nodes.barredOf(node(0), EVIDENCE);
        equal(barred.length, 5, "barred");
        equal(barred[3], first[3], "who is paid for it, as a validator");
        equal(barred[4], nodeOwner(0), "the owner");
        // Who signed and brought it is barred once.
        (seats, s) = judgement(node(1), NodePool.Verdict.Fraud);
        first = registry.committeeFor(nodes.fraudSubject(node(1), EVIDENCE), 1, address(0));
        vm.prank(registry.validatorOf(first[0]).operator);
        nodes.judge(node(1), NodePool.Verdict.Fraud, EVIDENCE, seats, s);
        equal(nodes.barredOf(node(1), EVIDENCE).length, 4, "once");
        // Who is no validator brings it in its own name.
        (seats, s) = judgement(node(2), NodePool.Verdict.Fraud);
        vm.prank(stranger);
        nodes.judge(node(2), NodePool.Verdict.Fraud, EVIDENCE, seats, s);
        equal(nodes.barredOf(node(2), EVIDENCE)[3], stranger, "who brought it");
    }

    function test_itIsNotHeardWhereTooFewOthersAreLeft() public {
        convict();
        address[] memory barred = nodes.barredOf(node(0), EVIDENCE);
        uint256 gone;
        for (uint256 i = 0; i < VALIDATORS && gone < 2; ++i) {
            address owner = validatorOwner(i);
            if (owner == barred[0] || owner == barred[1] || owner == barred[2]) continue;
            vm.prank(owner);
            registry.resign();
            ++gone;
        }
        vm.prank(nodeOwner(0));
        vm.expectRevert(abi.encodeWithSelector(Appeals.TooFewOthers.selector, 2, 3));
        nodes.appeal(node(0), EVIDENCE);
        equal(token.balanceOf(nodeOwner(0)), 10 ether, "no bond is taken");
    }

    function test_threeOthersAreEnoughIfAllAgree() public {
        convict();
        address[] memory barred = nodes.barredOf(node(0), EVIDENCE);
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            address owner = validatorOwner(i);
            if (owner == barred[0] || owner == barred[1] || owner == barred[2]) continue;
            vm.prank(owner);
            registry.resign();
            break;
        }
        appeal();
        makeSets();
        bytes32 subject = nodes.appealSubject(node(0), EVIDENCE);
        (uint256 seats, bytes memory s) = attest(others(), 2, Typed.APPEAL_VERDICT, subject, content(true));
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, 2, 3));
        nodes.decide(node(0), EVIDENCE, true, seats, s);
        decide(true);
        phase(Appeals.CutPhase.Returned);
    }

    function test_itsSetMustBeMadeAndItsWordIsForOneDecision() public {
        convict();
        appeal();
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.SetNotUsable.selector, 3));
        nodes.decide(node(0), EVIDENCE, true, 7, "");
        makeSets();
        (uint256 seats, bytes memory s) = decision(false);
        vm.expectRevert();
        nodes.decide(node(0), EVIDENCE, true, seats, s);
        vm.expectRevert(wrong(Appeals.CutPhase.None));
        nodes.decide(node(1), EVIDENCE, false, seats, s);
        vm.expectRevert(wrong(Appeals.CutPhase.None));
        nodes.decide(node(0), "another", false, seats, s);
        phase(Appeals.CutPhase.Appealed);
    }

    // Standing.

    function test_aVerdictThatCameSinceHasTheSay() public {
        appealed();
        judge(node(0), NodePool.Verdict.Reinstated);
        judge(node(0), NodePool.Verdict.Suspended);
        decide(true);
        is_(NodePool.Standing.Suspended);
        equal(nodes.bondOf(node(0)).stakedWei, 100 ether, "its stake comes back all the same");
        isTrue(stats.points(node(0)) == 0, "and its points");
        conserved();
    }

    function test_whoHadLeftIsOutAgain() public {
        vm.prank(nodeOwner(0));
        nodes.remove(node(0));
        appealed();
        equal(nodes.cutOf(node(0), EVIDENCE).unbondingWei, 30 ether, "of what was on its way out");
        decide(true);
        is_(NodePool.Standing.None);
        equal(nodes.bondOf(node(0)).unbondingWei, 100 ether, "on its way out again");
        vm.warp(START + 14 days);
        vm.prank(nodeOwner(0));
        nodes.withdraw(node(0), nodeOwner(0));
        equal(token.balanceOf(nodeOwner(0)), 110 ether - BOND, "its stake");
        conserved();
    }

    function test_whoWasLeavingLeavesAgain() public {
        address[] memory one = new address[](1);
        one[0] = node(0);
        vm.prank(address(sessions));
        nodes.reserve(new Seat[](0), one);
        vm.prank(nodeOwner(0));
        nodes.remove(node(0));
        appealed();
        decide(true);
        is_(NodePool.Standing.Leaving);
        Seat[] memory seats = nodes.seatsOf(one);
        vm.prank(address(payment));
        nodes.release(seats);
        is_(NodePool.Standing.None);
    }

    function test_whoLeftSinceGetsItOnItsWayOut() public {
        appealed();
        judge(node(0), NodePool.Verdict.Reinstated);
        vm.prank(nodeOwner(0));
        nodes.remove(node(0));
        decide(true);
        is_(NodePool.Standing.None);
        equal(nodes.bondOf(node(0)).stakedWei, 0, "nothing is left behind");
        equal(nodes.bondOf(node(0)).unbondingWei, 100 ether, "all of it can be fetched");
        conserved();
    }

    /// @dev Two verdicts of one node are two cuts, each with its own appeal.
    function test_twoCutsAreApart() public {
        appealed();
        judge(node(0), NodePool.Verdict.Reinstated);
        bytes32 more = "more";
        bytes32 hash = keccak256(abi.encode(Typed.NODE_VERDICT, node(0), 0, uint8(4), more));
        (uint256 seats, bytes memory s) = verdict(Typed.NODE_VERDICT, nodes.fraudSubject(node(0), more), hash);
        nodes.judge(node(0), NodePool.Verdict.Fraud, more, seats, s);
        equal(nodes.lockedOf(node(0)), 30 ether + BOND + 21 ether, "both");
        decide(true);
        is_(NodePool.Standing.Suspended);
        equal(nodes.bondOf(node(0)).stakedWei, 79 ether, "the first came back");
        equal(nodes.lockedOf(node(0)), 21 ether, "the second is locked");
        conserved();
    }

    /// @dev Whatever becomes of a cut, no wei appears or is lost.
    function test_noWeiIsLost(uint96 more, uint8 how, uint96 unbonding) public {
        uint256 moreWei = bound(more, 1, 1e24);
        fund(nodeOwner(0), address(nodes), moreWei + 1e24);
        vm.startPrank(nodeOwner(0));
        nodes.stake(node(0), moreWei);
        if (unbonding % 2 == 1) nodes.remove(node(0));
        vm.stopPrank();
        convict();
        uint256 lockedWei = nodes.lockedOf(node(0));
        equal(lockedWei, (100 ether + moreWei) * 3 / 10, "thirty in a hundred, rounded down");
        conserved();
        uint256 bondWei;
        if (how % 4 > 0) {
            bondWei = nodes.appealBondOf(node(0), EVIDENCE);
            equal(bondWei, lockedWei / 20, "a twentieth");
            appeal();
        }
        makeSets();
        conserved();
        if (how % 4 == 1) decide(true);
        else if (how % 4 == 2) decide(false);
        else vm.warp(block.timestamp + 4 days);
        if (how % 4 == 0 || how % 4 == 3) nodes.finalizeCut(node(0), EVIDENCE);
        conserved();
        equal(nodes.lockedOf(node(0)), 0, "all of it has gone somewhere");
        uint256 back = nodes.bondOf(node(0)).stakedWei + nodes.bondOf(node(0)).unbondingWei;
        equal(back, 100 ether + moreWei - (how % 4 == 1 ? 0 : lockedWei), "the stake");
        equal(nodes.credits(nodeOwner(0)), how % 4 == 2 ? 0 : bondWei, "the bond");
    }
}
