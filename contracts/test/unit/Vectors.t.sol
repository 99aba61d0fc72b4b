// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Draw} from "../../src/lib/Draw.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {Test} from "../support/Test.sol";

/// @dev The contracts against docs/vectors, which bind the Java code too.
contract VectorsTest is Test {
    function read(string memory name) private view returns (string memory) {
        return vm.readFile(string.concat("../docs/vectors/", name));
    }

    function path(string memory list, uint256 i, string memory rest) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(i), "]", rest);
    }

    // Drawing.

    function test_drawing() public view {
        string memory json = read("selection.json");
        bytes32 seed = vm.parseBytes32(string.concat("0x", vm.parseJsonString(json, ".seed")));
        bytes32 nonce = vm.parseBytes32(string.concat("0x", vm.parseJsonString(json, ".clientNonce")));
        bytes32 secret = vm.parseBytes32(string.concat("0x", vm.parseJsonString(json, ".gatewaySecret")));
        equal(keccak256(abi.encode(nonce, secret)), seed, "seed");
        uint256 cases;
        for (; vm.keyExistsJson(json, path(".cases", cases, ".purpose")); ++cases) {
            drawn(json, seed, path(".cases", cases, ""));
        }
        isTrue(cases >= 2, "cases");
    }

    function drawn(string memory json, bytes32 seed, string memory place) private view {
        uint256 count;
        while (vm.keyExistsJson(json, path(string.concat(place, ".candidates"), count, ".node"))) ++count;
        Draw.Candidate[] memory list = new Draw.Candidate[](count);
        for (uint256 i = 0; i < count; ++i) {
            string memory one = path(string.concat(place, ".candidates"), i, "");
            Draw.Candidate memory c = Draw.Candidate(
                vm.parseJsonAddress(json, string.concat(one, ".node")),
                vm.parseJsonAddress(json, string.concat(one, ".owner")),
                uint64(vm.parseUint(vm.parseJsonString(json, string.concat(one, ".weight"))))
            );
            uint256 spot = i;
            for (; spot > 0 && list[spot - 1].node > c.node; --spot) {
                list[spot] = list[spot - 1];
            }
            list[spot] = c;
        }
        address[] memory found = Draw.draw(
            seed,
            keccak256(bytes(vm.parseJsonString(json, string.concat(place, ".purpose")))),
            list,
            vm.parseJsonUint(json, string.concat(place, ".count")),
            vm.parseJsonBool(json, string.concat(place, ".distinctOwners"))
        );
        address[] memory expected = vm.parseJsonAddressArray(json, string.concat(place, ".drawn"));
        equal(found.length, expected.length, "how many");
        for (uint256 i = 0; i < found.length; ++i) {
            equal(found[i], expected[i], "who");
        }
    }

    // Typed data.

    function test_typedData() public view {
        string memory json = read("typed-data.json");
        uint256 i;
        uint256 seen;
        for (; vm.keyExistsJson(json, path(".cases", i, ".type")); ++i) {
            string memory place = path(".cases", i, "");
            if (!isOnChain(vm.parseJsonString(json, string.concat(place, ".typedData.primaryType")))) continue;
            ++seen;
            bytes32 expected = vm.parseJsonBytes32(json, string.concat(place, ".hashStruct"));
            (bytes32 typeHash, bytes32 found) = hashOf(json, place);
            equal(typeHash, vm.parseJsonBytes32(json, string.concat(place, ".typeHash")), "type hash");
            equal(found, expected, "hashStruct");
            bytes32 domain = vm.parseJsonBytes32(json, string.concat(place, ".domainSeparator"));
            bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, found));
            equal(digest, vm.parseJsonBytes32(json, string.concat(place, ".digest")), "digest");
            address signer = ECDSA.recover(digest, vm.parseJsonBytes(json, string.concat(place, ".signature")));
            equal(signer, vm.parseJsonAddress(json, string.concat(place, ".signer")), "signer");
        }
        equal(seen, 14, "cases");
    }

    /// @dev The others no contract ever reads.
    function isOnChain(string memory name) private pure returns (bool) {
        bytes32 hash = keccak256(bytes(name));
        return hash != keccak256("PendingRequest") && hash != keccak256("EntryPledge")
            && hash != keccak256("PendingCancel") && hash != keccak256("NodeGoodbye")
            && hash != keccak256("EvidenceRead");
    }

    function hashOf(string memory json, string memory place) private pure returns (bytes32, bytes32) {
        bytes32 name = keccak256(bytes(vm.parseJsonString(json, string.concat(place, ".typedData.primaryType"))));
        string memory m = string.concat(place, ".typedData.message.");
        if (name == keccak256("NodeHello")) return (Typed.NODE_HELLO, nodeHello(json, m));
        if (name == keccak256("TaskOffer")) return (Typed.TASK_OFFER, taskOffer(json, m));
        if (name == keccak256("TaskCommit")) return (Typed.TASK_COMMIT, taskCommit(json, m));
        if (name == keccak256("SessionRequest")) return (Typed.SESSION_REQUEST, sessionRequest(json, m));
        return (Typed.RECEIPT_ATTESTATION, receipt(json, m));
    }

    function word(string memory json, string memory m, string memory f) private pure returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(m, f));
    }

    function number(string memory json, string memory m, string memory f) private pure returns (uint256) {
        return vm.parseJsonUint(json, string.concat(m, f));
    }

    function who(string memory json, string memory m, string memory f) private pure returns (address) {
        return vm.parseJsonAddress(json, string.concat(m, f));
    }

    function nodeHello(string memory j, string memory m) private pure returns (bytes32) {
        return Typed.hash(
            Typed.NodeHello(
                who(j, m, "gateway"),
                word(j, m, "nonce"),
                who(j, m, "operator"),
                uint32(number(j, m, "slots")),
                word(j, m, "modelsDigest")
            )
        );
    }

    function taskOffer(string memory j, string memory m) private pure returns (bytes32) {
        return Typed.hash(
            Typed.TaskOffer(
                word(j, m, "taskId"),
                word(j, m, "sessionId"),
                who(j, m, "node"),
                uint32(number(j, m, "attempt")),
                vm.parseJsonBool(j, string.concat(m, "primary")),
                word(j, m, "specDigest"),
                uint64(number(j, m, "deadlineMillis"))
            )
        );
    }

    function taskCommit(string memory j, string memory m) private pure returns (bytes32) {
        Typed.TaskCommit memory c;
        c.taskId = word(j, m, "taskId");
        c.sessionId = word(j, m, "sessionId");
        c.node = who(j, m, "node");
        c.attempt = uint32(number(j, m, "attempt"));
        c.specDigest = word(j, m, "specDigest");
        c.streamHead = word(j, m, "streamHead");
        c.outputDigest = word(j, m, "outputDigest");
        c.evidenceDigest = word(j, m, "evidenceDigest");
        c.promptTokens = uint32(number(j, m, "promptTokens"));
        c.outputTokens = uint32(number(j, m, "outputTokens"));
        c.finishReason = uint8(number(j, m, "finishReason"));
        return Typed.hash(c);
    }

    function sessionRequest(string memory j, string memory m) private pure returns (bytes32) {
        Typed.SessionRequest memory r;
        r.client = who(j, m, "client");
        r.gateway = who(j, m, "gateway");
        r.model = vm.parseJsonString(j, string.concat(m, "model"));
        r.redundancy = uint32(number(j, m, "redundancy"));
        r.verification = uint8(number(j, m, "verification"));
        r.budgetWei = number(j, m, "budgetWei");
        r.expiryMillis = uint64(number(j, m, "expiryMillis"));
        r.nonce = word(j, m, "nonce");
        return Typed.hash(r);
    }

    function receipt(string memory j, string memory m) private pure returns (bytes32) {
        Typed.ReceiptAttestation memory r;
        r.receiptDigest = word(j, m, "receiptDigest");
        r.sessionId = word(j, m, "sessionId");
        r.taskId = word(j, m, "taskId");
        r.promptTokens = uint32(number(j, m, "promptTokens"));
        r.outputTokens = uint32(number(j, m, "outputTokens"));
        r.priceWei = number(j, m, "priceWei");
        return Typed.hash(r);
    }

    // Merkle trees.

    function test_merkleProofs() public view {
        string memory json = read("merkle.json");
        uint256 leaves;
        for (uint256 i = 0; vm.keyExistsJson(json, path(".cases", i, ".root")); ++i) {
            bytes32 root = vm.parseJsonBytes32(json, path(".cases", i, ".root"));
            string memory list = path(".cases", i, ".leaves");
            for (uint256 n = 0; vm.keyExistsJson(json, path(list, n, ".value")); ++n) {
                bytes32 value = vm.parseJsonBytes32(json, path(list, n, ".value"));
                bytes32[] memory proof = vm.parseJsonBytes32Array(json, path(list, n, ".proof"));
                bytes32 leaf = keccak256(abi.encode(keccak256(abi.encode(value))));
                isTrue(MerkleProof.verify(proof, root, leaf), "proof");
                isTrue(!MerkleProof.verify(proof, root, keccak256(abi.encode(root))), "not of anything else");
                ++leaves;
            }
        }
        isTrue(leaves > 5, "leaves");
    }
}
