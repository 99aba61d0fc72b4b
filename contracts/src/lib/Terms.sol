// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What money needs to know of a session.
struct Head {
    address client;
    address gateway;
    address gatewayPayee;
    uint128 budgetWei;
    uint40 expiresAt;
    uint32 maxTasks;
}

/// @notice A node of a session, and who gets what it earns.
struct Seat {
    address node;
    address payee;
}

/// @notice What else was agreed.
struct Tail {
    bytes32 subnetId;
    bytes32 modelId;
    uint64 priceVersion;
    uint128 inputWei;
    uint128 outputWei;
    uint32 redundancy;
    uint8 verification;
    bytes32 seed;
    uint64 validatorSet;
}

/// @notice A session's terms as later calls show them again; the chain keeps only their digest.
struct Brief {
    bytes32 sessionId;
    Head head;
    Seat[] seats;
    bytes32 tailDigest;
}

/// @notice How a session ended, or will once its challenge window is over.
enum Outcome {
    Closed,
    Expired,
    Failed
}

/// @notice What a session pays; the chain keeps only its digest until the challenge window is over.
/// @dev earnedWei: what each seat earned before the split; nodeWei: what each seat's payee gets of it.
struct Settlement {
    Outcome outcome;
    bytes32 receiptsRoot;
    uint128[] earnedWei;
    uint128[] nodeWei;
    uint128 gatewayWei;
    uint128 clientWei;
}

/// @title Digests of terms and settlements, and the split
library Terms {
    uint256 internal constant BPS = 10_000;
    uint256 internal constant COMPUTE_BPS = 8_000;
    uint256 internal constant GATEWAY_BPS = 1_000;
    uint256 internal constant VALIDATORS_BPS = 500;

    function digest(Brief memory brief) internal pure returns (bytes32) {
        return keccak256(abi.encode(brief.sessionId, brief.head, brief.seats, brief.tailDigest));
    }

    function digest(Tail memory tail) internal pure returns (bytes32) {
        return keccak256(abi.encode(tail));
    }

    function digest(bytes32 termsDigest, Settlement memory settlement) internal pure returns (bytes32) {
        return keccak256(abi.encode(termsDigest, settlement));
    }

    /// @dev A share, rounded down.
    function part(uint256 amountWei, uint256 bps) internal pure returns (uint256) {
        return amountWei * bps / BPS;
    }
}
