// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The structs that are signed in the network, and their EIP-712 hashes
/// @notice The first five are those of docs/protocol.md and never change within version 1. What validators sign is always an `Attestation` of
/// one of the structs below it, so that two signatures of one validator over the same kind and subject are comparable whatever they are about.
library Typed {
    struct TaskOffer {
        bytes32 taskId;
        bytes32 sessionId;
        address node;
        uint32 attempt;
        bool primary;
        bytes32 specDigest;
        uint64 deadlineMillis;
    }

    struct NodeHello {
        address gateway;
        bytes32 nonce;
        address operator;
        uint32 slots;
        bytes32 modelsDigest;
    }

    struct TaskCommit {
        bytes32 taskId;
        bytes32 sessionId;
        address node;
        uint32 attempt;
        bytes32 specDigest;
        bytes32 streamHead;
        bytes32 outputDigest;
        bytes32 evidenceDigest;
        uint32 promptTokens;
        uint32 outputTokens;
        uint8 finishReason;
    }

    struct SessionRequest {
        address client;
        address gateway;
        string model;
        uint32 redundancy;
        uint8 verification;
        uint256 budgetWei;
        uint64 expiryMillis;
        bytes32 nonce;
    }

    struct ReceiptAttestation {
        bytes32 receiptDigest;
        bytes32 sessionId;
        bytes32 taskId;
        uint32 promptTokens;
        uint32 outputTokens;
        uint256 priceWei;
    }

    bytes32 internal constant NODE_HELLO =
        keccak256("NodeHello(address gateway,bytes32 nonce,address operator,uint32 slots,bytes32 modelsDigest)");
    bytes32 internal constant TASK_OFFER = keccak256(
        "TaskOffer(bytes32 taskId,bytes32 sessionId,address node,uint32 attempt,bool primary,bytes32 specDigest,uint64 deadlineMillis)"
    );
    bytes32 internal constant TASK_COMMIT = keccak256(
        "TaskCommit(bytes32 taskId,bytes32 sessionId,address node,uint32 attempt,bytes32 specDigest,bytes32 streamHead,bytes32 outputDigest,bytes32 evidenceDigest,uint32 promptTokens,uint32 outputTokens,uint8 finishReason)"
    );
    bytes32 internal constant SESSION_REQUEST = keccak256(
        "SessionRequest(address client,address gateway,string model,uint32 redundancy,uint8 verification,uint256 budgetWei,uint64 expiryMillis,bytes32 nonce)"
    );
    bytes32 internal constant RECEIPT_ATTESTATION = keccak256(
        "ReceiptAttestation(bytes32 receiptDigest,bytes32 sessionId,bytes32 taskId,uint32 promptTokens,uint32 outputTokens,uint256 priceWei)"
    );

    /// @dev Signed by validators: `kind` is the type hash of a struct, `content` its hash, `subject` what it is about.
    bytes32 internal constant ATTESTATION = keccak256("Attestation(bytes32 kind,bytes32 subject,bytes32 content)");
    bytes32 internal constant SESSION_APPROVAL = keccak256(
        "SessionApproval(bytes32 sessionId,bytes32 termsDigest,bytes32 subnetId,uint64 priceVersion,bytes32 nodesDigest,bytes32 seed)"
    );
    bytes32 internal constant BATCH_SETTLEMENT =
        keccak256("BatchSettlement(address gateway,uint64 batch,bytes32 settlementsDigest)");
    bytes32 internal constant NODE_VERDICT =
        keccak256("NodeVerdict(address node,uint64 round,uint8 verdict,bytes32 evidenceDigest)");
    bytes32 internal constant APPEAL_VERDICT =
        keccak256("AppealVerdict(address node,bytes32 evidenceDigest,bool overturned)");
    bytes32 internal constant FAULT_VERDICT =
        keccak256("FaultVerdict(address validator,uint64 round,uint8 fault,bytes32 evidenceDigest)");
    bytes32 internal constant SUBNET_CONFIG =
        keccak256("SubnetConfig(bytes32 subnetId,uint64 version,bytes32 configDigest)");
    bytes32 internal constant TASK_VERDICT =
        keccak256("TaskVerdict(bytes32 sessionId,bytes32 taskId,bool accepted,bytes32 commitsDigest)");
    /// @dev Who is in a cognitive round: `nodesDigest` is `keccak256(abi.encodePacked(nodes))`, each in 32 bytes, in the order drawn.
    bytes32 internal constant ROUND_REQUEST =
        keccak256("RoundRequest(bytes32 roundId,bytes32 nodesDigest,uint8 responders)");
    bytes32 internal constant ROUND_RESULT = keccak256("RoundResult(bytes32 roundId,bytes32 resultDigest)");

    /// @dev Signed by a gateway for a node after each of its tasks: all that the node has earned in the session so far, before the split.
    bytes32 internal constant NODE_VOUCHER =
        keccak256("NodeVoucher(bytes32 sessionId,address node,uint64 tasks,uint256 earnedWei)");
    /// @dev Signed by an operator key for the owner who registers it.
    bytes32 internal constant OPERATOR_CONSENT = keccak256("OperatorConsent(address owner,address operator)");
    /// @dev Signed by a client, so that somebody else pays the gas.
    bytes32 internal constant SESSION_CLOSE = keccak256("SessionClose(bytes32 sessionId)");
    /// @dev Signed by a client of the queue, so that somebody else pays the gas.
    bytes32 internal constant TASK_REQUEST = keccak256(
        "TaskRequest(bytes32 sessionId,bytes32 clientReference,bytes32 specDigest,uint32 maxPromptTokens,uint32 maxOutputTokens,uint64 deadlineSeconds)"
    );
    bytes32 internal constant TASK_CANCEL = keccak256("TaskCancel(bytes32 taskId)");

    function hash(NodeHello memory s) internal pure returns (bytes32) {
        return keccak256(abi.encode(NODE_HELLO, s));
    }

    function hash(TaskOffer memory s) internal pure returns (bytes32) {
        return keccak256(abi.encode(TASK_OFFER, s));
    }

    function hash(TaskCommit memory s) internal pure returns (bytes32) {
        return keccak256(abi.encode(TASK_COMMIT, s));
    }

    function hash(SessionRequest memory s) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                SESSION_REQUEST,
                s.client,
                s.gateway,
                keccak256(bytes(s.model)),
                s.redundancy,
                s.verification,
                s.budgetWei,
                s.expiryMillis,
                s.nonce
            )
        );
    }

    function hash(ReceiptAttestation memory s) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT_ATTESTATION, s));
    }

    function attestation(bytes32 kind, bytes32 subject, bytes32 content) internal pure returns (bytes32) {
        return keccak256(abi.encode(ATTESTATION, kind, subject, content));
    }
}
