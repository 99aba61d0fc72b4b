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

    /// @dev The same of terms in calldata, read where they lie. A call that lays them out in another way than `abi.encode` has another digest.
    function digestOf(Brief calldata brief) internal pure returns (bytes32 hash) {
        uint256 size = 0x140 + 0x40 * brief.seats.length;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, brief, size)
            hash := keccak256(free, size)
        }
    }

    function digest(Tail memory tail) internal pure returns (bytes32) {
        return keccak256(abi.encode(tail));
    }

    function digest(bytes32 termsDigest, Settlement memory settlement) internal pure returns (bytes32) {
        return keccak256(abi.encode(termsDigest, settlement));
    }

    /// @dev The same of a settlement in calldata, read where it lies.
    function digestOf(bytes32 termsDigest, Settlement calldata settlement) internal pure returns (bytes32 hash) {
        uint256 size = 0x20 * (8 + settlement.earnedWei.length + settlement.nodeWei.length);
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, termsDigest)
            mstore(add(free, 0x20), 0x40)
            calldatacopy(add(free, 0x40), settlement, size)
            hash := keccak256(free, add(size, 0x40))
        }
    }

    /// @dev A share, rounded down.
    function part(uint256 amountWei, uint256 bps) internal pure returns (uint256) {
        return amountWei * bps / BPS;
    }
}
