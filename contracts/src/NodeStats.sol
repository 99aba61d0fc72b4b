// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Module} from "./base/Module.sol";
import {MyelinDirectory} from "./MyelinDirectory.sol";

/// @title Counters and reputation of nodes
/// @notice Per stage how often a node was asked and how often it did well, its run of successes, and the points of the seeds:
/// success +1, failed validation −2, timeout −5, slashing −20, and +20 where that was overturned. What is made of them is decided by those who read them.
contract NodeStats is Module {
    /// @notice The stages that are counted apart.
    enum Stage {
        Request,
        Create,
        Prepare,
        Start,
        Precommit,
        Commit,
        End,
        Correctness,
        Ping,
        Delivery
    }

    /// @notice How a node did.
    enum Mark {
        Success,
        Invalid,
        Timeout,
        Slashed,
        Cleared
    }

    struct Counter {
        uint64 attempts;
        uint64 successes;
        uint64 streak;
        uint64 lastAt;
    }

    mapping(address node => mapping(Stage stage => Counter counter)) private _counters;
    /// @notice A node's points.
    mapping(address node => int256 points) public points;

    /// @notice A node was marked.
    event Recorded(address indexed node, Stage indexed stage, Mark mark, int256 points);

    constructor(MyelinDirectory directory) Module(directory, directory.stats()) {}

    /// @notice A node's counter of a stage.
    function counterOf(address node, Stage stage) external view returns (Counter memory) {
        return _counters[node][stage];
    }

    /// @notice Marks a node: for the queue, the pool and the cognitive rounds.
    function record(address node, Stage stage, Mark mark) external {
        if (msg.sender != DIRECTORY.queue() && msg.sender != DIRECTORY.cognitive() && msg.sender != DIRECTORY.nodes()) {
            revert NotAllowed(msg.sender);
        }
        Counter storage c = _counters[node][stage];
        c.lastAt = uint64(block.timestamp);
        if (mark == Mark.Cleared) {
            // A failure that was none: as if it had not been counted.
            --c.attempts;
        } else {
            ++c.attempts;
            c.streak = mark == Mark.Success ? c.streak + 1 : 0;
        }
        if (mark == Mark.Success) ++c.successes;
        points[node] += worth(mark);
        emit Recorded(node, stage, mark, points[node]);
    }

    /// @notice The points of a mark.
    function worth(Mark mark) public pure returns (int256) {
        if (mark == Mark.Success) return 1;
        if (mark == Mark.Invalid) return -2;
        if (mark == Mark.Timeout) return -5;
        return mark == Mark.Slashed ? -20 : int256(20);
    }
}
