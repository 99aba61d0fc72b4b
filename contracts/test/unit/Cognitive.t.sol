// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Cognitive} from "../../src/Cognitive.sol";
import {Module} from "../../src/base/Module.sol";
import {NodePool} from "../../src/NodePool.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {World} from "../support/World.sol";

contract CognitiveTest is World {
    bytes32 private id;

    function request(uint256 count) private {
        vm.prank(vm.addr(validatorKey(0)));
        id = cognitive.request("round", node(0), node(1), responders(count));
    }

    function responders(uint256 count) private pure returns (address[] memory list) {
        list = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = node(2 + i);
        }
    }

    function is_(Cognitive.Phase p) private view {
        (, Cognitive.Phase phase,,,,,) = cognitive.rounds(id);
        equal(uint256(phase), uint256(p), "phase");
    }

    function wrong(Cognitive.Phase p) private {
        vm.expectRevert(abi.encodeWithSelector(Cognitive.WrongPhase.selector, id, p));
    }

    function denied(address who) private {
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, who));
    }

    function prepared(uint256 count) private {
        request(count);
        vm.prank(node(0));
        cognitive.create(id, "topic");
        vm.prank(node(1));
        cognitive.prepare(id, "questions");
    }

    function bind_(uint256 i) private {
        bytes32 hash = sha256(abi.encodePacked(bytes32("salt"), bytes32("answer")));
        vm.prank(node(i));
        cognitive.precommit(id, hash);
    }

    function reveal(uint256 i, bytes32 answer) private {
        vm.prank(node(i));
        cognitive.commit(id, "salt", answer);
    }

    function list(uint256 i) private pure returns (address[] memory l) {
        l = new address[](1);
        l[0] = node(i);
    }

    function end(address[] memory right, address[] memory bad) private {
        bytes32 result = keccak256(abi.encode(right, bad));
        (uint256 seats, bytes memory s) =
            verdict(Typed.ROUND_RESULT, id, keccak256(abi.encode(Typed.ROUND_RESULT, id, result)));
        cognitive.end(id, right, bad, seats, s);
    }

    function test_wholeRound() public {
        request(3);
        is_(Cognitive.Phase.Create);
        equal(cognitive.respondersOf(id).length, 3, "responders");
        denied(address(this));
        cognitive.create(id, "topic");
        vm.prank(node(0));
        cognitive.create(id, "topic");
        is_(Cognitive.Phase.Prepare);
        denied(address(this));
        cognitive.prepare(id, "questions");
        wrong(Cognitive.Phase.Prepare);
        cognitive.create(id, "topic");
        vm.prank(node(1));
        cognitive.prepare(id, "questions");
        denied(address(this));
        cognitive.precommit(id, "x");
        vm.prank(node(2));
        denied(node(2));
        cognitive.precommit(id, 0);
        bind_(2);
        vm.prank(node(2));
        vm.expectRevert(abi.encodeWithSelector(Cognitive.Duplicate.selector, node(2)));
        cognitive.precommit(id, "x");
        vm.prank(node(2));
        wrong(Cognitive.Phase.Precommit);
        cognitive.commit(id, "salt", "answer");
        bind_(3);
        bind_(4);
        is_(Cognitive.Phase.Commit);
        denied(address(this));
        cognitive.commit(id, "salt", "answer");
        vm.prank(node(2));
        denied(node(2));
        cognitive.commit(id, "salt", 0);
        reveal(2, "answer");
        vm.prank(node(2));
        vm.expectRevert(abi.encodeWithSelector(Cognitive.Duplicate.selector, node(2)));
        cognitive.commit(id, "salt", "answer");
        reveal(3, "other");
        vm.prank(node(3));
        denied(node(3));
        cognitive.commit(id, "salt", "answer");
        reveal(4, "answer");
        is_(Cognitive.Phase.Judge);
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.end(id, list(3), new address[](0), 0, "");
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, 0, 3));
        cognitive.end(id, list(2), list(4), 0, "");
        end(list(2), list(4));
        is_(Cognitive.Phase.Ended);
        isTrue(stats.points(node(2)) == 3, "precommit, commit, right");
        isTrue(stats.points(node(3)) == -1, "precommit, another answer");
        isTrue(stats.points(node(4)) == 0, "precommit, commit, wrong");
        wrong(Cognitive.Phase.Ended);
        cognitive.enforce(id);
    }

    function test_whoMayAskForARound() public {
        address op = vm.addr(validatorKey(0));
        denied(stranger);
        vm.prank(stranger);
        cognitive.request("r", node(0), node(1), responders(1));
        vm.startPrank(op);
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.request("r", node(0), node(1), new address[](0));
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.request("r", node(0), node(1), new address[](17));
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.request("r", stranger, node(1), responders(1));
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.request("r", node(0), stranger, responders(1));
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.request("r", node(0), node(1), responders(NODES));
        address[] memory twice = responders(2);
        twice[1] = twice[0];
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.request("r", node(0), node(1), twice);
        cognitive.request("r", node(0), node(1), responders(1));
        bytes32 r = keccak256(abi.encode(validatorOwner(0), bytes32("r")));
        vm.expectRevert(abi.encodeWithSelector(Cognitive.RoundExists.selector, r));
        cognitive.request("r", node(0), node(1), responders(1));
        vm.stopPrank();
        vm.prank(validatorOwner(0));
        registry.resign();
        denied(op);
        vm.prank(op);
        cognitive.request("s", node(0), node(1), responders(1));
    }

    function test_missedStages() public {
        wrong(Cognitive.Phase.None);
        cognitive.enforce(id);
        request(2);
        vm.expectRevert(abi.encodeWithSelector(Cognitive.NotDue.selector, START + 5 minutes));
        cognitive.enforce(id);
        vm.warp(START + 5 minutes);
        vm.prank(node(0));
        vm.expectRevert(abi.encodeWithSelector(Cognitive.TooLate.selector, START + 5 minutes));
        cognitive.create(id, "topic");
        cognitive.enforce(id);
        is_(Cognitive.Phase.Failed);
        isTrue(stats.points(node(0)) == -5, "the creator missed it");
    }

    function test_missedPrepare() public {
        request(2);
        vm.prank(node(0));
        cognitive.create(id, "topic");
        vm.warp(START + 5 minutes);
        cognitive.enforce(id);
        is_(Cognitive.Phase.Failed);
        isTrue(stats.points(node(1)) == -5, "the preparer missed it");
    }

    function test_goesOnWithoutTheSilent() public {
        prepared(3);
        bind_(2);
        bind_(3);
        vm.warp(START + 5 minutes);
        cognitive.enforce(id);
        is_(Cognitive.Phase.Commit);
        isTrue(stats.points(node(4)) == -5, "silent");
        reveal(2, "answer");
        vm.warp(START + 10 minutes);
        cognitive.enforce(id);
        is_(Cognitive.Phase.Judge);
        isTrue(stats.points(node(3)) == -4, "precommitted, then silent");
        isTrue(stats.points(node(4)) == -5, "marked once");
        vm.warp(START + 15 minutes);
        cognitive.enforce(id);
        is_(Cognitive.Phase.Failed);
    }

    function test_failsWithoutAnswers() public {
        prepared(1);
        vm.warp(START + 5 minutes);
        cognitive.enforce(id);
        is_(Cognitive.Phase.Failed);
    }

    function test_failsWhenNobodyReveals() public {
        prepared(1);
        bind_(2);
        vm.warp(START + 5 minutes);
        cognitive.enforce(id);
        is_(Cognitive.Phase.Failed);
    }

    function test_failsWhenEverybodyLied() public {
        prepared(1);
        bind_(2);
        reveal(2, "other");
        is_(Cognitive.Phase.Failed);
    }
}
