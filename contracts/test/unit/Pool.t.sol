// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Bonds} from "../../src/base/Bonds.sol";
import {Module} from "../../src/base/Module.sol";
import {NodePool} from "../../src/NodePool.sol";
import {NodeStats} from "../../src/NodeStats.sol";
import {Seat} from "../../src/lib/Terms.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {World} from "../support/World.sol";

contract PoolTest is World {
    function is_(uint256 i, NodePool.Standing s) private view {
        equal(uint256(nodes.nodeOf(node(i)).standing), uint256(s), "standing");
    }

    function wrong(uint256 i, NodePool.Standing s) private pure returns (bytes memory) {
        return abi.encodeWithSelector(NodePool.WrongStanding.selector, node(i), s);
    }

    function one(uint256 i) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = node(i);
    }

    function reserve(uint256 i) private {
        vm.prank(address(sessions));
        nodes.reserve(new Seat[](0), one(i));
    }

    function release(uint256 i) private {
        Seat[] memory seats = nodes.seatsOf(one(i));
        vm.prank(address(payment));
        nodes.release(seats);
    }

    function refuses(uint256 i, NodePool.Verdict v, bytes memory why) private {
        (uint256 seats, bytes memory s) = judgement(node(i), v);
        vm.expectRevert(why);
        nodes.judge(node(i), v, "evidence", seats, s);
    }

    function unknown(uint256 i) private pure returns (bytes memory) {
        return abi.encodeWithSelector(NodePool.UnknownNode.selector, node(i));
    }

    function test_joins() public {
        addNode(10, 2);
        is_(10, NodePool.Standing.Unqualified);
        equal(nodes.freeSlots(node(10)), 0, "not tested");
        equal(nodes.bondOf(node(10)).stakedWei, 100 ether, "stake");
        bytes memory yes = consent(nodeOwner(10), nodeKey(10));
        vm.prank(nodeOwner(10));
        vm.expectRevert(abi.encodeWithSelector(NodePool.AlreadyJoined.selector, node(10)));
        nodes.join(node(10), 2, 100 ether, yes);
        judge(node(10), NodePool.Verdict.Qualified);
        is_(10, NodePool.Standing.Qualified);
        equal(nodes.freeSlots(node(10)), 2, "tested");
        addNode(11, 2);
        address[] memory some = new address[](3);
        (some[0], some[1], some[2]) = (node(11), node(10), stranger);
        address[] memory owners = nodes.freeOf(some);
        equal(owners.length, 3, "each of them");
        equal(owners[0], address(0), "not tested");
        equal(owners[1], nodeOwner(10), "free, and whose");
        equal(owners[2], address(0), "not in the pool");
    }

    function test_joinsOnlyWithStakeSlotsAndConsent() public {
        fund(nodeOwner(10), address(nodes), 200 ether);
        bytes memory yes = consent(nodeOwner(10), nodeKey(10));
        bytes memory no = consent(stranger, nodeKey(10));
        vm.startPrank(nodeOwner(10));
        vm.expectRevert(abi.encodeWithSelector(Bonds.StakeTooSmall.selector, 100 ether - 1, 100 ether));
        nodes.join(node(10), 2, 100 ether - 1, yes);
        vm.expectRevert(abi.encodeWithSelector(Bonds.StakeTooSmall.selector, 0, 100 ether));
        nodes.join(node(10), 2, 0, yes);
        vm.expectRevert(abi.encodeWithSelector(Module.NoConsent.selector, nodeOwner(10), node(10)));
        nodes.join(node(10), 2, 100 ether, no);
        vm.expectRevert(abi.encodeWithSelector(NodePool.BadSlots.selector, 0));
        nodes.join(node(10), 0, 100 ether, yes);
        vm.expectRevert(abi.encodeWithSelector(NodePool.BadSlots.selector, 1025));
        nodes.join(node(10), 1025, 100 ether, yes);
        nodes.join(node(10), 1024, 100 ether, yes);
        nodes.stake(node(10), 1 ether);
        equal(nodes.bondOf(node(10)).stakedWei, 101 ether, "more");
        vm.stopPrank();
        vm.startPrank(stranger);
        bytes memory notOwner = abi.encodeWithSelector(NodePool.NotOwner.selector, stranger);
        vm.expectRevert(notOwner);
        nodes.stake(node(10), 1);
        vm.expectRevert(notOwner);
        nodes.setSlots(node(10), 1);
        vm.expectRevert(notOwner);
        nodes.remove(node(10));
        vm.expectRevert(notOwner);
        nodes.withdraw(node(10), stranger);
        vm.expectRevert(unknown(11));
        nodes.remove(node(11));
        vm.stopPrank();
    }

    function test_slotsAreReservedAndTestedAgain() public {
        addNode(10, 2);
        vm.prank(address(sessions));
        vm.expectRevert(abi.encodeWithSelector(NodePool.NoFreeSlot.selector, node(10)));
        nodes.reserve(new Seat[](0), one(10));
        judge(node(10), NodePool.Verdict.Qualified);
        reserve(10);
        equal(nodes.freeSlots(node(10)), 1, "one left");
        reserve(10);
        vm.prank(address(sessions));
        vm.expectRevert(abi.encodeWithSelector(NodePool.NoFreeSlot.selector, node(10)));
        nodes.reserve(new Seat[](0), one(10));
        release(10);
        equal(nodes.freeSlots(node(10)), 0, "not before the test");
        judge(node(10), NodePool.Verdict.Qualified);
        equal(nodes.freeSlots(node(10)), 1, "after it");
        equal(nodes.nodeOf(node(10)).round, 2, "two verdicts");
        vm.startPrank(nodeOwner(10));
        nodes.setSlots(node(10), 3);
        equal(nodes.freeSlots(node(10)), 2, "more slots");
        vm.stopPrank();
        reserve(10);
        release(10);
        vm.startPrank(nodeOwner(10));
        vm.expectRevert(abi.encodeWithSelector(NodePool.SlotsInUse.selector, 1, 2));
        nodes.setSlots(node(10), 1);
        nodes.setSlots(node(10), 2);
        vm.stopPrank();
        release(10);
        vm.prank(address(payment));
        Seat[] memory seats = nodes.seatsOf(one(10));
        vm.expectRevert(abi.encodeWithSelector(NodePool.NotReserved.selector, node(10)));
        vm.prank(address(payment));
        nodes.release(seats);
    }

    function test_onlySessionsReserve() public {
        bytes memory no = abi.encodeWithSelector(Module.NotAllowed.selector, address(this));
        vm.expectRevert(no);
        nodes.reserve(new Seat[](0), one(0));
        vm.expectRevert(no);
        nodes.release(new Seat[](0));
        vm.prank(address(sessions));
        nodes.release(new Seat[](0));
        vm.prank(address(sessions));
        vm.expectRevert(unknown(50));
        nodes.reserve(new Seat[](0), one(50));
    }

    function test_verdicts() public {
        judge(node(0), NodePool.Verdict.Disqualified);
        is_(0, NodePool.Standing.Unqualified);
        judge(node(0), NodePool.Verdict.Suspended);
        is_(0, NodePool.Standing.Suspended);
        refuses(0, NodePool.Verdict.Qualified, wrong(0, NodePool.Standing.Suspended));
        refuses(0, NodePool.Verdict.Suspended, wrong(0, NodePool.Standing.Suspended));
        vm.prank(nodeOwner(0));
        vm.expectRevert(wrong(0, NodePool.Standing.Suspended));
        nodes.remove(node(0));
        judge(node(0), NodePool.Verdict.Reinstated);
        is_(0, NodePool.Standing.Unqualified);
        refuses(0, NodePool.Verdict.Reinstated, wrong(0, NodePool.Standing.Unqualified));
        refuses(50, NodePool.Verdict.Qualified, unknown(50));
    }

    function test_aVerdictCountsOnceAndForWhatItSays() public {
        (uint256 seats, bytes memory s) = judgement(node(0), NodePool.Verdict.Disqualified);
        vm.expectRevert();
        nodes.judge(node(0), NodePool.Verdict.Fraud, "evidence", seats, s);
        nodes.judge(node(0), NodePool.Verdict.Disqualified, "evidence", seats, s);
        vm.expectRevert();
        nodes.judge(node(0), NodePool.Verdict.Disqualified, "evidence", seats, s);
    }

    function test_fraudCostsStake() public {
        judge(node(0), NodePool.Verdict.Fraud);
        is_(0, NodePool.Standing.Suspended);
        equal(nodes.bondOf(node(0)).stakedWei, 70 ether, "thirty in a hundred");
        equal(uint256(-stats.points(node(0))), 20, "points");
        uint256 before = vm.snapshotState();
        vm.warp(block.timestamp + 3 days);
        nodes.finalizeCut(node(0), "evidence");
        equal(nodes.credits(address(this)), 3 ether, "reporter");
        equal(nodes.credits(treasury), 27 ether, "treasury");
        vm.revertToState(before);
        // One fault, found in many answers, costs what it costs once.
        (uint256 seats, bytes memory s) = judgement(node(0), NodePool.Verdict.Fraud);
        vm.expectRevert(wrong(0, NodePool.Standing.Suspended));
        nodes.judge(node(0), NodePool.Verdict.Fraud, "evidence", seats, s);
        judge(node(0), NodePool.Verdict.Reinstated);
        vm.expectRevert(abi.encodeWithSelector(NodePool.ProvenBefore.selector, bytes32("evidence")));
        nodes.judge(node(0), NodePool.Verdict.Fraud, "evidence", seats, s);
    }

    /// @dev Whoever kept back a verdict of another kind, or was signed another piece of evidence, stops none.
    function test_fraudIsAboutItsEvidenceAlone() public {
        (uint256 seats, bytes memory s) = judgement(node(0), NodePool.Verdict.Fraud);
        judge(node(0), NodePool.Verdict.Disqualified);
        nodes.judge(node(0), NodePool.Verdict.Fraud, "evidence", seats, s);
        is_(0, NodePool.Standing.Suspended);
    }

    function test_whoLeftIsPunishedToo() public {
        vm.prank(nodeOwner(0));
        nodes.remove(node(0));
        is_(0, NodePool.Standing.None);
        judge(node(0), NodePool.Verdict.Fraud);
        is_(0, NodePool.Standing.Suspended);
        equal(nodes.bondOf(node(0)).unbondingWei, 70 ether, "its stake was on its way out");
        (uint256 seats, bytes memory s) = judgement(stranger, NodePool.Verdict.Fraud);
        vm.expectRevert(abi.encodeWithSelector(NodePool.UnknownNode.selector, stranger));
        nodes.judge(stranger, NodePool.Verdict.Fraud, "evidence", seats, s);
    }

    function test_leaves() public {
        reserve(0);
        vm.startPrank(nodeOwner(0));
        nodes.remove(node(0));
        is_(0, NodePool.Standing.Leaving);
        vm.expectRevert(wrong(0, NodePool.Standing.Leaving));
        nodes.remove(node(0));
        vm.stopPrank();
        equal(nodes.freeSlots(node(0)), 0, "takes nothing");
        release(0);
        is_(0, NodePool.Standing.None);
        vm.startPrank(nodeOwner(0));
        vm.expectRevert(unknown(0));
        nodes.remove(node(0));
        vm.expectRevert(unknown(0));
        nodes.setSlots(node(0), 3);
        vm.expectRevert(abi.encodeWithSelector(Bonds.StillBonded.selector, START + 14 days));
        nodes.withdraw(node(0), nodeOwner(0));
        vm.warp(START + 14 days);
        nodes.withdraw(node(0), nodeOwner(0));
        equal(token.balanceOf(nodeOwner(0)), 100 ether, "its stake");
        vm.stopPrank();
        fund(stranger, address(nodes), 100 ether);
        bytes memory yes = consent(stranger, nodeKey(0));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(NodePool.AlreadyJoined.selector, node(0)));
        nodes.join(node(0), 1, 100 ether, yes);
        bytes memory again = consent(nodeOwner(0), nodeKey(0));
        vm.prank(nodeOwner(0));
        nodes.join(node(0), 1, 100 ether, again);
        equal(nodes.nodeOf(node(0)).round, 1, "verdicts are not forgotten");
        judge(node(0), NodePool.Verdict.Qualified);
        vm.prank(nodeOwner(0));
        nodes.remove(node(0));
        is_(0, NodePool.Standing.None);
    }

    function test_comesBackWithTheStakeItHas() public {
        fund(nodeOwner(0), address(nodes), 100 ether);
        bytes memory yes = consent(nodeOwner(0), nodeKey(0));
        vm.startPrank(nodeOwner(0));
        nodes.remove(node(0));
        nodes.stake(node(0), 100 ether);
        nodes.join(node(0), 1, 0, yes);
        vm.stopPrank();
        is_(0, NodePool.Standing.Unqualified);
    }

    function test_comesBackBeforeItsSlotsDo() public {
        reserve(0);
        reserve(0);
        vm.prank(nodeOwner(0));
        nodes.remove(node(0));
        release(0);
        is_(0, NodePool.Standing.Leaving);
        fund(nodeOwner(0), address(nodes), 100 ether);
        bytes memory yes = consent(nodeOwner(0), nodeKey(0));
        vm.startPrank(nodeOwner(0));
        vm.expectRevert(abi.encodeWithSelector(NodePool.SlotsInUse.selector, 1, 2));
        nodes.join(node(0), 1, 100 ether, yes);
        nodes.join(node(0), 2, 100 ether, yes);
        vm.stopPrank();
        is_(0, NodePool.Standing.Unqualified);
        equal(nodes.nodeOf(node(0)).reserved, 1, "still held");
    }

    function test_fraudOfWhoLeaves() public {
        reserve(0);
        vm.prank(nodeOwner(0));
        nodes.remove(node(0));
        judge(node(0), NodePool.Verdict.Fraud);
        is_(0, NodePool.Standing.Suspended);
        equal(nodes.bondOf(node(0)).unbondingWei, 70 ether, "what is unbonding is cut too");
        release(0);
        is_(0, NodePool.Standing.Suspended);
    }

    // Stats.

    function test_statsAreWrittenByTheirContracts() public {
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, address(this)));
        stats.record(node(0), NodeStats.Stage.Ping, NodeStats.Mark.Success);
        vm.startPrank(address(queue));
        stats.record(node(0), NodeStats.Stage.Ping, NodeStats.Mark.Success);
        stats.record(node(0), NodeStats.Stage.Ping, NodeStats.Mark.Success);
        NodeStats.Counter memory c = stats.counterOf(node(0), NodeStats.Stage.Ping);
        equal(c.streak, 2, "streak");
        stats.record(node(0), NodeStats.Stage.Ping, NodeStats.Mark.Timeout);
        vm.stopPrank();
        c = stats.counterOf(node(0), NodeStats.Stage.Ping);
        equal(c.attempts, 3, "attempts");
        equal(c.successes, 2, "successes");
        equal(c.streak, 0, "broken");
        equal(c.lastAt, START, "when");
        isTrue(stats.points(node(0)) == -3, "points");
        vm.prank(address(cognitive));
        stats.record(node(0), NodeStats.Stage.End, NodeStats.Mark.Invalid);
        isTrue(stats.points(node(0)) == -5, "points");
        vm.startPrank(address(nodes));
        stats.record(node(0), NodeStats.Stage.Ping, NodeStats.Mark.Slashed);
        stats.record(node(0), NodeStats.Stage.Ping, NodeStats.Mark.Success);
        stats.record(node(0), NodeStats.Stage.Ping, NodeStats.Mark.Cleared);
        vm.stopPrank();
        c = stats.counterOf(node(0), NodeStats.Stage.Ping);
        equal(c.attempts, 4, "one failure less");
        equal(c.successes, 3, "successes");
        equal(c.streak, 1, "not broken by it");
        isTrue(stats.points(node(0)) == -4, "points");
    }
}
