// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Cognitive} from "../../src/Cognitive.sol";
import {MyelinDirectory} from "../../src/MyelinDirectory.sol";
import {Module} from "../../src/base/Module.sol";
import {NodePool} from "../../src/NodePool.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {World} from "../support/World.sol";

contract CognitiveTest is World {
    bytes32 private id;

    uint64 private constant NUMBER = uint64(START) / 10 minutes;

    /// @dev Node 0 creates, node 1 prepares, the next answer, then come the spares.
    function request(uint256 count, uint256 spares) private {
        begin(NUMBER, uint8(count), drawn(2 + count + spares));
    }

    function begin(uint64 number, uint8 responders, address[] memory nodes_) private {
        (uint256 seats, bytes memory s) = attested(number, responders, nodes_);
        id = cognitive.request(number, responders, nodes_, seats, s);
    }

    function attested(uint64 number, uint8 responders, address[] memory nodes_)
        private
        view
        returns (uint256, bytes memory)
    {
        bytes32 round = cognitive.roundIdOf(number);
        bytes32 digest = keccak256(abi.encodePacked(nodes_));
        return verdict(
            Typed.ROUND_REQUEST, round, keccak256(abi.encode(Typed.ROUND_REQUEST, round, digest, responders))
        );
    }

    function drawn(uint256 count) private pure returns (address[] memory nodes_) {
        nodes_ = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            nodes_[i] = node(i);
        }
    }

    function is_(Cognitive.Phase p) private view {
        (Cognitive.Phase phase,,,,,,,) = cognitive.rounds(id);
        equal(uint256(phase), uint256(p), "phase");
    }

    function wrong(Cognitive.Phase p) private {
        vm.expectRevert(abi.encodeWithSelector(Cognitive.WrongPhase.selector, id, p));
    }

    function denied(address who) private {
        vm.expectRevert(abi.encodeWithSelector(Module.NotAllowed.selector, who));
    }

    function prepared(uint256 count, uint256 spares) private {
        request(count, spares);
        vm.prank(node(0));
        cognitive.create(id, "topic");
        vm.prank(node(1));
        cognitive.prepare(id, "questions");
    }

    function start_(uint256 i) private {
        vm.prank(node(i));
        cognitive.start(id);
    }

    function started(uint256 count) private {
        prepared(count, 0);
        for (uint256 i = 0; i < count; ++i) {
            start_(2 + i);
        }
    }

    function enforceAt(uint256 at) private {
        vm.warp(at);
        cognitive.enforce(id);
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
        request(3, 0);
        is_(Cognitive.Phase.Create);
        equal(cognitive.drawnOf(id).length, 5, "drawn");
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
        is_(Cognitive.Phase.Start);
        denied(address(this));
        cognitive.start(id);
        start_(2);
        vm.expectRevert(abi.encodeWithSelector(Cognitive.Duplicate.selector, node(2)));
        start_(2);
        start_(3);
        start_(4);
        is_(Cognitive.Phase.Precommit);
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
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.end(id, list(2), list(2), 0, "");
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, 0, 3));
        cognitive.end(id, list(2), list(4), 0, "");
        end(list(2), list(4));
        is_(Cognitive.Phase.Ended);
        isTrue(stats.points(node(0)) == 1 && stats.points(node(1)) == 1, "who made it");
        isTrue(stats.points(node(2)) == 4, "started, precommit, commit, right");
        isTrue(stats.points(node(3)) == 0, "started, precommit, another answer");
        isTrue(stats.points(node(4)) == 1, "started, precommit, commit, wrong");
        wrong(Cognitive.Phase.Ended);
        cognitive.enforce(id);
    }

    function pair(uint256 i, uint256 j) private pure returns (address[] memory l) {
        l = new address[](2);
        (l[0], l[1]) = (node(i), node(j));
    }

    /// @dev Who made the round is judged like who answered in it, once; a spare that was called in the place of who missed it.
    function test_whoMadeTheRoundIsJudgedToo() public {
        request(1, 1);
        enforceAt(START + 5 minutes);
        vm.prank(node(3));
        cognitive.create(id, "topic");
        vm.prank(node(1));
        cognitive.prepare(id, "questions");
        start_(2);
        bind_(2);
        reveal(2, "answer");
        is_(Cognitive.Phase.Judge);
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.end(id, list(0), new address[](0), 0, "");
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.end(id, pair(3, 3), new address[](0), 0, "");
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.end(id, list(1), pair(2, 1), 0, "");
        end(pair(3, 2), list(1));
        is_(Cognitive.Phase.Ended);
        isTrue(stats.points(node(3)) == 2, "created, right");
        isTrue(stats.points(node(1)) == -1, "prepared, wrong");
        isTrue(stats.points(node(2)) == 4, "started, precommit, commit, right");
        isTrue(stats.points(node(0)) == -5, "missed it");
    }

    function test_tellsWhoCanTakePart() public {
        request(1, 0);
        vm.deal(node(4), 7);
        Cognitive.Means[] memory means = cognitive.meansOf(pair(0, 4));
        equal(means.length, 2, "each");
        equal(means[0].restsUntil, START + 1 hours, "the creator rests");
        equal(means[1].restsUntil, 0, "another does not");
        equal(means[1].balanceWei, 7, "what it holds");
    }

    /// @dev An oracle that leads has no say in who is tested: the window's round has one draw, and a committee says which.
    function test_whoIsInARoundIsACommitteesWord() public {
        address[] memory nodes_ = drawn(4);
        (uint256 seats, bytes memory s) = attested(NUMBER, 2, nodes_);
        vm.expectRevert(abi.encodeWithSelector(ValidatorRegistry.NoQuorum.selector, 0, 3));
        cognitive.request(NUMBER, 2, nodes_, 0, "");
        nodes_[3] = node(5);
        vm.expectRevert();
        cognitive.request(NUMBER, 2, nodes_, seats, s);
        nodes_[3] = node(3);
        vm.expectRevert();
        cognitive.request(NUMBER, 1, nodes_, seats, s);
        cognitive.request(NUMBER, 2, nodes_, seats, s);
        vm.expectRevert(abi.encodeWithSelector(Cognitive.RoundExists.selector, cognitive.roundIdOf(NUMBER)));
        cognitive.request(NUMBER, 2, nodes_, seats, s);
    }

    function refused(uint8 responders, address[] memory nodes_) private {
        (uint256 seats, bytes memory s) = attested(NUMBER, responders, nodes_);
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.request(NUMBER, responders, nodes_, seats, s);
    }

    function test_whoCanBeInARound() public {
        refused(0, drawn(4));
        refused(17, drawn(4));
        refused(3, drawn(4));
        refused(2, new address[](33));
        address[] memory other = drawn(4);
        other[3] = stranger;
        refused(2, other);
        other[3] = node(1);
        refused(2, other);
        vm.expectRevert(abi.encodeWithSelector(Cognitive.WrongRound.selector, NUMBER + 1, NUMBER));
        cognitive.request(NUMBER + 1, 2, other, 0, "");
        vm.expectRevert(abi.encodeWithSelector(Cognitive.WrongRound.selector, NUMBER - 2, NUMBER));
        cognitive.request(NUMBER - 2, 2, other, 0, "");
        begin(NUMBER - 1, 2, drawn(4));
    }

    function test_roundsAreAsLargeAsTheyMayBe() public {
        for (uint256 i = NODES; i < 32; ++i) {
            addNode(i, 8);
            judge(node(i), NodePool.Verdict.Qualified);
        }
        request(16, 14);
        equal(cognitive.drawnOf(id).length, 32, "drawn");
        (,, uint8 waiting,,,,,) = cognitive.rounds(id);
        equal(waiting, 0, "nobody is asked yet");
        // Those who make it answer nothing.
        for (uint256 i = 0; i < 18; ++i) {
            (Cognitive.Part part,,) = cognitive.answers(id, node(i));
            equal(uint256(part), uint256(i < 2 ? Cognitive.Part.None : Cognitive.Part.Asked), "part");
        }
    }

    function told() private {
        vm.expectEmit(true, true, true, true);
    }

    function moved(Cognitive.Phase to, bytes32 digest) private {
        told();
        emit Cognitive.RoundMoved(id, to, digest, uint40(block.timestamp + 5 minutes));
    }

    function test_tellsAllThatHappens() public {
        id = cognitive.roundIdOf(NUMBER);
        address[] memory all = drawn(4);
        (uint256 seats, bytes memory s) = attested(NUMBER, 2, all);
        told();
        emit Cognitive.RoundRequested(id, NUMBER, all, 2);
        moved(Cognitive.Phase.Create, 0);
        cognitive.request(NUMBER, 2, all, seats, s);
        moved(Cognitive.Phase.Prepare, "topic");
        vm.prank(node(0));
        cognitive.create(id, "topic");
        moved(Cognitive.Phase.Start, "questions");
        vm.prank(node(1));
        cognitive.prepare(id, "questions");
        (,,,,,, bytes32 topic, bytes32 questions) = cognitive.rounds(id);
        equal(uint256(topic), uint256(bytes32("topic")), "topic");
        equal(uint256(questions), uint256(bytes32("questions")), "questions");
        for (uint256 i = 2; i < 4; ++i) {
            told();
            emit Cognitive.AnswerStarted(id, node(i));
            start_(i);
        }
        for (uint256 i = 2; i < 4; ++i) {
            told();
            emit Cognitive.AnswerPrecommitted(
                id, node(i), sha256(abi.encodePacked(bytes32("salt"), bytes32("answer")))
            );
            bind_(i);
        }
        told();
        emit Cognitive.AnswerCommitted(id, node(2), "answer");
        reveal(2, "answer");
        told();
        emit Cognitive.NodeMissed(id, node(3), Cognitive.Phase.Commit);
        reveal(3, "another");
        moved(Cognitive.Phase.Ended, keccak256(abi.encode(list(2), new address[](0))));
        end(list(2), new address[](0));
    }

    function test_tellsWhoMissedWhat() public {
        prepared(2, 1);
        vm.warp(START + 5 minutes);
        for (uint256 i = 2; i < 4; ++i) {
            told();
            emit Cognitive.NodeMissed(id, node(i), Cognitive.Phase.Start);
        }
        cognitive.enforce(id);
        (,, uint8 waiting,,,,,) = cognitive.rounds(id);
        equal(waiting, 1, "the spare");
        start_(4);
        is_(Cognitive.Phase.Precommit);
    }

    function test_asManySparesAsAreSilent() public {
        prepared(1, 2);
        enforceAt(START + 5 minutes);
        is_(Cognitive.Phase.Start);
        start_(3);
        is_(Cognitive.Phase.Precommit);
        isTrue(cognitive.restsUntil(node(4)) == 0, "one was enough");
    }

    function test_endsOnlyWhatIsToBeJudged() public {
        started(1);
        address[] memory none;
        wrong(Cognitive.Phase.Precommit);
        cognitive.end(id, none, none, 0, "");
        bind_(2);
        wrong(Cognitive.Phase.Commit);
        cognitive.end(id, none, none, 0, "");
        reveal(2, "answer");
        vm.warp(START + 5 minutes);
        vm.expectRevert(abi.encodeWithSelector(Cognitive.TooLate.selector, START + 5 minutes));
        cognitive.end(id, none, none, 0, "");
    }

    function test_nodesRest() public {
        request(1, 1);
        equal(cognitive.restsUntil(node(0)), START + 1 hours, "the creator");
        equal(cognitive.restsUntil(node(2)), START + 1 hours, "who answers");
        equal(cognitive.restsUntil(node(3)), 0, "a spare does not");
        vm.warp(START + 1 hours - 1);
        address[] memory again = drawn(3);
        uint64 number = uint64(block.timestamp) / 10 minutes;
        (uint256 seats, bytes memory s) = attested(number, 1, again);
        vm.expectRevert(Cognitive.BadNodes.selector);
        cognitive.request(number, 1, again, seats, s);
        vm.warp(START + 1 hours);
        begin(number, 1, again);
    }

    function test_aSpareTakesOver() public {
        wrong(Cognitive.Phase.None);
        cognitive.enforce(id);
        request(2, 2);
        vm.expectRevert(abi.encodeWithSelector(Cognitive.NotDue.selector, START + 5 minutes));
        cognitive.enforce(id);
        vm.warp(START + 5 minutes);
        vm.prank(node(0));
        vm.expectRevert(abi.encodeWithSelector(Cognitive.TooLate.selector, START + 5 minutes));
        cognitive.create(id, "topic");
        vm.expectEmit(true, true, true, true);
        emit Cognitive.SpareCalled(id, node(4), Cognitive.Phase.Create);
        cognitive.enforce(id);
        is_(Cognitive.Phase.Create);
        isTrue(stats.points(node(0)) == -5, "the creator missed it");
        equal(cognitive.restsUntil(node(4)), START + 65 minutes, "the spare rests too");
        vm.prank(node(0));
        denied(node(0));
        cognitive.create(id, "topic");
        vm.prank(node(4));
        cognitive.create(id, "topic");
        enforceAt(START + 10 minutes);
        is_(Cognitive.Phase.Prepare);
        isTrue(stats.points(node(1)) == -5, "the preparer missed it");
        vm.prank(node(5));
        cognitive.prepare(id, "questions");
        is_(Cognitive.Phase.Start);
        // Who makes the round does not answer in it.
        denied(node(4));
        start_(4);
    }

    function test_failsWithoutASpare() public {
        request(2, 0);
        enforceAt(START + 5 minutes);
        is_(Cognitive.Phase.Failed);
    }

    function test_failsWithoutQuestions() public {
        request(2, 0);
        vm.prank(node(0));
        cognitive.create(id, "topic");
        enforceAt(START + 5 minutes);
        is_(Cognitive.Phase.Failed);
        isTrue(stats.points(node(1)) == -5, "the preparer missed it");
    }

    function test_sparesAnswerForTheSilent() public {
        prepared(2, 1);
        start_(2);
        enforceAt(START + 5 minutes);
        is_(Cognitive.Phase.Start);
        isTrue(stats.points(node(3)) == -5, "not there");
        denied(node(3));
        start_(3);
        start_(4);
        is_(Cognitive.Phase.Precommit);
        bind_(2);
        bind_(4);
        is_(Cognitive.Phase.Commit);
    }

    function test_goesOnWithFewer() public {
        prepared(2, 0);
        start_(2);
        enforceAt(START + 5 minutes);
        is_(Cognitive.Phase.Precommit);
        bind_(2);
        is_(Cognitive.Phase.Commit);
    }

    function test_failsWhenNobodyStarts() public {
        prepared(1, 1);
        enforceAt(START + 5 minutes);
        is_(Cognitive.Phase.Start);
        enforceAt(START + 10 minutes);
        is_(Cognitive.Phase.Failed);
        isTrue(stats.points(node(3)) == -5, "nor did the spare");
    }

    function test_goesOnWithoutTheSilent() public {
        started(3);
        bind_(2);
        bind_(3);
        enforceAt(START + 5 minutes);
        is_(Cognitive.Phase.Commit);
        isTrue(stats.points(node(4)) == -4, "silent");
        reveal(2, "answer");
        enforceAt(START + 10 minutes);
        is_(Cognitive.Phase.Judge);
        isTrue(stats.points(node(3)) == -3, "precommitted, then silent");
        isTrue(stats.points(node(4)) == -4, "marked once");
        enforceAt(START + 15 minutes);
        is_(Cognitive.Phase.Failed);
    }

    function test_failsWithoutAnswers() public {
        started(1);
        enforceAt(START + 5 minutes);
        is_(Cognitive.Phase.Failed);
    }

    function test_failsWhenNobodyReveals() public {
        started(1);
        bind_(2);
        enforceAt(START + 5 minutes);
        is_(Cognitive.Phase.Failed);
    }

    function test_failsWhenEverybodyLied() public {
        started(1);
        bind_(2);
        reveal(2, "other");
        is_(Cognitive.Phase.Failed);
    }

    /// @dev One more of this network's kind, at the address that a directory of its own names.
    function timed(uint64 window, uint40 stage, uint40 rest) private returns (address) {
        MyelinDirectory.Addresses memory a = directory.all();
        a.cognitive = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        address own = create("MyelinDirectory", abi.encode(a));
        return tryCreate("Cognitive", abi.encode(own, window, stage, rest));
    }

    function test_hasTheTimesThatItWasCreatedWith() public {
        Cognitive fast = Cognitive(timed(120, 60, 240));
        equal(fast.ROUND_SECONDS(), 120, "window");
        equal(fast.STAGE_SECONDS(), 60, "stage");
        equal(fast.COOLDOWN_SECONDS(), 240, "rest");
        equal(cognitive.ROUND_SECONDS(), 10 minutes, "usual window");
        isTrue(timed(0, 60, 240) == address(0), "no window");
        isTrue(timed(120, 0, 240) == address(0), "no stage");
        isTrue(timed(120, 60, 0) == address(0), "no rest");
    }
}
