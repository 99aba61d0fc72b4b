// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SessionQueue} from "../../src/SessionQueue.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {World} from "./World.sol";

/// @dev What tests of the queue share: one session, and what everybody does in it.
abstract contract QueueWorld is World {
    Live internal live;
    bytes32 internal id;
    bytes32 internal constant SPEC = "spec";
    bytes32 internal constant TEXT = 0x982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1; // SHA-256 of "text"

    /// @dev A session of the queue with so many nodes, `redundancy` of which run each task.
    function session(uint32 redundancy, uint256 count) internal {
        Live memory l = open(address(queue), redundancy, count, 1 ether);
        queue.start(l.brief, l.tail);
        id = l.brief.sessionId;
        copy(l);
    }

    function copy(Live memory l) internal {
        live.tail = l.tail;
        live.brief.sessionId = l.brief.sessionId;
        live.brief.head = l.brief.head;
        live.brief.tailDigest = l.brief.tailDigest;
        delete live.brief.seats;
        for (uint256 i = 0; i < l.brief.seats.length; ++i) {
            live.brief.seats.push(l.brief.seats[i]);
        }
    }

    function enqueue(bytes32 ref) internal returns (bytes32 taskId) {
        vm.prank(client);
        return queue.enqueue(id, ref, SPEC, "", 100, 1000, uint40(block.timestamp + 1 hours));
    }

    function assigned(bytes32 ref) internal returns (bytes32 taskId) {
        taskId = enqueue(ref);
        queue.assign(taskId);
    }

    function nodeAt(bytes32 taskId, uint256 attempt) internal view returns (address) {
        return queue.attemptsOf(taskId)[attempt - 1].node;
    }

    function ack(bytes32 taskId, uint256 attempt) internal {
        vm.prank(nodeAt(taskId, attempt));
        queue.ack(taskId, attempt);
    }

    function giveUp(bytes32 taskId, uint256 attempt) internal {
        vm.prank(nodeAt(taskId, attempt));
        queue.giveUp(taskId, attempt);
    }

    function reveal(uint32 promptTokens, uint32 outputTokens) internal pure returns (SessionQueue.Reveal memory) {
        return SessionQueue.Reveal("salt", "head", TEXT, "evidence", promptTokens, outputTokens, 1);
    }

    function precommit(bytes32 taskId, uint256 attempt, SessionQueue.Reveal memory r) internal {
        bytes32 hash = sha256(abi.encodePacked(r.salt, queue.statementOf(taskId, attempt, r)));
        vm.prank(nodeAt(taskId, attempt));
        queue.precommit(taskId, attempt, hash);
    }

    function commit(bytes32 taskId, uint256 attempt, SessionQueue.Reveal memory r) internal {
        vm.prank(nodeAt(taskId, attempt));
        queue.commit(taskId, attempt, r, "");
    }

    function validate(bytes32 taskId, bool accepted) internal {
        (uint256 seats, bytes memory signatures) = attest(
            registry.committee(live.tail.seed, live.tail.validatorSet),
            3,
            Typed.TASK_VERDICT,
            taskId,
            queue.verdictOf(taskId, accepted)
        );
        queue.validate(taskId, accepted, seats, signatures);
    }

    function is_(bytes32 taskId, SessionQueue.Phase phase) internal view {
        equal(uint256(queue.taskOf(taskId).phase), uint256(phase), "phase");
    }

    function stage(bytes32 taskId, uint256 attempt, SessionQueue.Stage s) internal view {
        equal(uint256(queue.attemptsOf(taskId)[attempt - 1].stage), uint256(s), "stage");
    }

    function bound_(bytes32 taskId, uint256 attempt, SessionQueue.Reveal memory r) internal {
        ack(taskId, attempt);
        precommit(taskId, attempt, r);
    }
}
