// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Cognitive} from "../../src/Cognitive.sol";
import {InferencePayment} from "../../src/InferencePayment.sol";
import {MyelinDirectory} from "../../src/MyelinDirectory.sol";
import {MyelinToken} from "../../src/MyelinToken.sol";
import {NodePool} from "../../src/NodePool.sol";
import {NodeStats} from "../../src/NodeStats.sol";
import {Param, Parameters} from "../../src/Parameters.sol";
import {Session} from "../../src/Session.sol";
import {SessionQueue} from "../../src/SessionQueue.sol";
import {SubnetRegistry} from "../../src/SubnetRegistry.sol";
import {ValidatorRegistry} from "../../src/ValidatorRegistry.sol";
import {Brief, Outcome, Seat, Settlement, Tail, Terms} from "../../src/lib/Terms.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {Test} from "./Test.sol";

/// @dev A whole network with funded accounts, and what its people do.
abstract contract World is Test {
    string internal constant MODEL = "smollm2-135m-instruct";
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant NODES = 6;
    uint256 internal constant VALIDATORS = 7;

    MyelinDirectory internal directory;
    IERC20 internal token;
    Parameters internal parameters;
    ValidatorRegistry internal registry;
    SubnetRegistry internal subnets;
    NodePool internal nodes;
    InferencePayment internal payment;
    Session internal sessions;
    SessionQueue internal queue;
    NodeStats internal stats;
    Cognitive internal cognitive;

    address internal treasury = address(0x7EA5);
    address internal admin = address(0xAD);
    address internal stranger = address(0xBAD);
    bytes32 internal subnetId;
    uint256 internal salt;

    uint256 internal constant CLIENT_KEY = 0xC11E;
    uint256 internal constant GATEWAY_KEY = 0x6A7E;
    address internal client = vm.addr(CLIENT_KEY);
    address internal gateway = vm.addr(GATEWAY_KEY);
    address internal gatewayOwner = address(0x6A7E01);
    mapping(address operator => uint256 key) internal keyOf;

    function setUp() public virtual {
        vm.warp(START);
        deploy(create("MyelinToken", abi.encode(address(this), 1e27)));
        populate();
    }

    // Deployment.

    function deploy(address tokenAt) internal {
        uint256 nonce = vm.getNonce(address(this));
        MyelinDirectory.Addresses memory a = MyelinDirectory.Addresses({
            token: tokenAt,
            parameters: vm.computeCreateAddress(address(this), nonce + 1),
            stats: vm.computeCreateAddress(address(this), nonce + 2),
            validators: vm.computeCreateAddress(address(this), nonce + 3),
            subnets: vm.computeCreateAddress(address(this), nonce + 4),
            nodes: vm.computeCreateAddress(address(this), nonce + 5),
            payment: vm.computeCreateAddress(address(this), nonce + 6),
            sessions: vm.computeCreateAddress(address(this), nonce + 7),
            queue: vm.computeCreateAddress(address(this), nonce + 8),
            cognitive: vm.computeCreateAddress(address(this), nonce + 9)
        });
        directory = MyelinDirectory(create("MyelinDirectory", abi.encode(a)));
        token = IERC20(tokenAt);
        bytes memory here = abi.encode(directory);
        parameters = Parameters(create("Parameters", abi.encode(directory, admin, treasury)));
        stats = NodeStats(create("NodeStats", here));
        registry = ValidatorRegistry(create("ValidatorRegistry", here));
        subnets = SubnetRegistry(create("SubnetRegistry", here));
        nodes = NodePool(create("NodePool", here));
        payment = InferencePayment(create("InferencePayment", here));
        sessions = Session(create("Session", here));
        queue = SessionQueue(create("SessionQueue", here));
        cognitive = Cognitive(create("Cognitive", abi.encode(directory, 10 minutes, 5 minutes, 1 hours)));
    }

    /// @dev As `new` does it, but with the contracts as they were built for the chain, where the command says that they lie: compiling tests
    /// with the optimizer, and all of these contracts inside, would take longer than running them.
    function create(string memory name, bytes memory arguments) internal returns (address at) {
        at = tryCreate(name, arguments);
        isTrue(at != address(0), name);
    }

    /// @dev The zero address where its constructor refuses.
    function tryCreate(string memory name, bytes memory arguments) internal returns (address at) {
        string memory built = vm.envOr("MYELIN_BUILT_CONTRACTS", string(""));
        string memory artifact = string.concat(name, ".sol:", name);
        if (bytes(built).length > 0) artifact = string.concat(built, "/", name, ".sol/", name, ".json");
        bytes memory code = abi.encodePacked(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            at := create(0, add(code, 0x20), mload(code))
        }
    }

    function populate() internal {
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            addValidator(i, 10_000 ether * (i + 1));
        }
        registry.makeSet();
        fund(gatewayOwner, address(subnets), 6_000 ether);
        vm.startPrank(gatewayOwner);
        subnetId = subnets.createSubnet("one");
        subnets.registerGateway(gateway, 5_900 ether, consent(gatewayOwner, GATEWAY_KEY));
        subnets.admit(subnetId, gateway, true);
        vm.stopPrank();
        configure(MODEL, 1e9, 3e9);
        for (uint256 i = 0; i < NODES; ++i) {
            addNode(i, 8);
            judge(node(i), NodePool.Verdict.Qualified);
        }
        fund(client, address(payment), 1_000 ether);
    }

    function fund(address account, address spender, uint256 amountWei) internal {
        token.transfer(account, amountWei);
        vm.prank(account);
        token.approve(spender, type(uint256).max);
    }

    // People.

    function validatorOwner(uint256 i) internal pure returns (address) {
        return address(uint160(0xA0000 + i));
    }

    function validatorKey(uint256 i) internal pure returns (uint256) {
        return 0xB0000 + i;
    }

    function nodeKey(uint256 i) internal pure returns (uint256) {
        return 0xC0000 + i;
    }

    function node(uint256 i) internal pure returns (address) {
        return vm.addr(nodeKey(i));
    }

    function nodeOwner(uint256 i) internal pure returns (address) {
        return address(uint160(0xD0000 + i));
    }

    function addValidator(uint256 i, uint256 stakeWei) internal {
        fund(validatorOwner(i), address(registry), stakeWei);
        bytes memory yes = consent(validatorOwner(i), validatorKey(i));
        keyOf[vm.addr(validatorKey(i))] = validatorKey(i);
        vm.prank(validatorOwner(i));
        registry.registerValidator(vm.addr(validatorKey(i)), stakeWei, yes);
    }

    function addNode(uint256 i, uint16 slots) internal {
        fund(nodeOwner(i), address(nodes), 100 ether);
        bytes memory yes = consent(nodeOwner(i), nodeKey(i));
        vm.prank(nodeOwner(i));
        nodes.join(node(i), slots, 100 ether, yes);
    }

    // Signatures.

    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function typed(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", payment.domainSeparator(), structHash));
    }

    function consent(address owner, uint256 key) internal view returns (bytes memory) {
        return sign(key, typed(keccak256(abi.encode(Typed.OPERATOR_CONSENT, owner, vm.addr(key)))));
    }

    /// @dev The first `count` members of a committee attest; who is passed over has the zero address.
    function attest(address[] memory members, uint256 count, bytes32 kind, bytes32 subject, bytes32 content)
        internal
        view
        returns (uint256 seats, bytes memory signatures)
    {
        bytes32 digest = typed(Typed.attestation(kind, subject, content));
        for (uint256 i = 0; count > 0; ++i) {
            if (members[i] == address(0)) continue;
            --count;
            seats |= 1 << i;
            uint256 key = keyOf[registry.validatorOf(members[i]).operator];
            signatures = abi.encodePacked(signatures, sign(key, digest));
        }
    }

    function verdict(bytes32 kind, bytes32 subject, bytes32 content)
        internal
        view
        returns (uint256 seats, bytes memory signatures)
    {
        return attest(registry.committeeFor(subject, registry.setVersion(), address(0)), 3, kind, subject, content);
    }

    // What committees do.

    function configure(string memory model, uint128 inputWei, uint128 outputWei) internal {
        SubnetRegistry.ModelConfig[] memory models = new SubnetRegistry.ModelConfig[](1);
        models[0] = SubnetRegistry.ModelConfig(model, sha256(bytes(model)), inputWei, outputWei);
        (,, uint64 version) = subnets.subnets(subnetId);
        bytes32 content =
            keccak256(abi.encode(Typed.SUBNET_CONFIG, subnetId, version + 1, keccak256(abi.encode(models))));
        (uint256 seats, bytes memory signatures) =
            verdict(Typed.SUBNET_CONFIG, subnets.configSubject(subnetId), content);
        vm.prank(gatewayOwner);
        subnets.configure(subnetId, models, seats, signatures);
    }

    function judge(address who, NodePool.Verdict v) internal {
        (uint256 seats, bytes memory signatures) = judgement(who, v);
        nodes.judge(who, v, bytes32("evidence"), seats, signatures);
    }

    function judgement(address who, NodePool.Verdict v) internal view returns (uint256 seats, bytes memory signatures) {
        bool fraud = v == NodePool.Verdict.Fraud;
        bytes32 content = keccak256(
            abi.encode(
                Typed.NODE_VERDICT, who, fraud ? 0 : uint64(nodes.nodeOf(who).round), uint8(v), bytes32("evidence")
            )
        );
        bytes32 subject = fraud ? nodes.fraudSubject(who, "evidence") : nodes.verdictSubject(who);
        return verdict(Typed.NODE_VERDICT, subject, content);
    }

    // Sessions.

    struct Live {
        Brief brief;
        Tail tail;
    }

    function permitNone() internal pure returns (Session.Permit memory p) {}

    function someNodes(uint256 count) internal pure returns (address[] memory list) {
        list = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = node(i);
        }
    }

    function request(address gateway_, uint32 redundancy, uint256 budgetWei, bytes32 nonce)
        internal
        view
        returns (Typed.SessionRequest memory)
    {
        return Typed.SessionRequest({
            client: client,
            gateway: gateway_,
            model: MODEL,
            redundancy: redundancy,
            verification: 1,
            budgetWei: budgetWei,
            expiryMillis: uint64((block.timestamp + 1 days) * 1000),
            nonce: nonce
        });
    }

    function opening(address gateway_, uint32 redundancy, address[] memory list, uint256 budgetWei)
        internal
        returns (Session.Opening memory o)
    {
        o.clientRandom = bytes32(++salt);
        o.gatewaySecret = keccak256(abi.encode("secret", salt));
        o.validatorSet = registry.setVersion();
        bytes32 nonce = sessions.nonceOf(o.clientRandom, keccak256(abi.encode(o.gatewaySecret)), o.validatorSet);
        o.request = request(gateway_, redundancy, budgetWei, nonce);
        o.subnetId = subnetId;
        o.priceVersion = subnets.modelOf(subnetId, keccak256(bytes(MODEL))).priceVersion;
        o.nodes = list;
        signOpening(o);
    }

    function signOpening(Session.Opening memory o) internal view {
        bytes32 id = typed(Typed.hash(o.request));
        o.clientSignature = sign(CLIENT_KEY, id);
        (Brief memory brief, Tail memory tail) = sessions.termsOf(o);
        (o.seats, o.approvals) = attest(
            registry.committee(tail.seed, o.validatorSet),
            3,
            Typed.SESSION_APPROVAL,
            id,
            sessions.approvalOf(id, Terms.digest(brief), tail, o.nodes)
        );
    }

    function open(address gateway_, uint32 redundancy, uint256 count, uint256 budgetWei)
        internal
        returns (Live memory live)
    {
        Session.Opening memory o = opening(gateway_, redundancy, someNodes(count), budgetWei);
        (live.brief, live.tail) = sessions.termsOf(o);
        sessions.open(o, permitNone());
    }

    // Settlement.

    function item(Brief memory brief, uint128[] memory earnedWei) internal pure returns (InferencePayment.Item memory) {
        return InferencePayment.Item(brief, keccak256(abi.encode("root", brief.sessionId)), 10, earnedWei);
    }

    function earned(uint256 count, uint128 each) internal pure returns (uint128[] memory list) {
        list = new uint128[](count);
        for (uint256 i = 0; i < count; ++i) {
            list[i] = each;
        }
    }

    function pin() internal {
        (, uint64 set) = payment.batches(gateway);
        if (set == 0 || block.timestamp >= uint256(registry.madeAt(set)) + payment.PIN_SECONDS()) {
            payment.pinCommittee(gateway);
        }
    }

    function batchAttestation(InferencePayment.Item[] memory items)
        internal
        view
        returns (uint256 seats, bytes memory signatures)
    {
        Settlement[] memory list = new Settlement[](items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            list[i] = settlementOf(items[i]);
        }
        return batchAttestation(items, list);
    }

    /// @dev The committee of the gateway's next batch attests that these are what the items pay.
    function batchAttestation(InferencePayment.Item[] memory items, Settlement[] memory list)
        internal
        view
        returns (uint256 seats, bytes memory signatures)
    {
        bytes32 rolling;
        for (uint256 i = 0; i < items.length; ++i) {
            bytes32 content = Terms.digest(Terms.digest(items[i].brief), list[i]);
            rolling = keccak256(abi.encode(rolling, content, items[i].tasks));
        }
        (uint64 batch, uint64 set) = payment.batches(gateway);
        bytes32 subject = payment.batchSubject(gateway, batch);
        return attest(
            registry.committeeFor(subject, set, address(0)),
            3,
            Typed.BATCH_SETTLEMENT,
            subject,
            keccak256(abi.encode(Typed.BATCH_SETTLEMENT, gateway, batch, rolling))
        );
    }

    function settle(InferencePayment.Item[] memory items) internal {
        (uint256 seats, bytes memory signatures) = batchAttestation(items);
        vm.prank(gateway);
        payment.settle(items, seats, signatures);
    }

    function settleOne(Brief memory brief, uint128[] memory earnedWei) internal returns (Settlement memory) {
        pin();
        InferencePayment.Item[] memory items = new InferencePayment.Item[](1);
        items[0] = item(brief, earnedWei);
        settle(items);
        return settlementOf(items[0]);
    }

    /// @dev What the rules say an item pays, worked out here a second time.
    function settlementOf(InferencePayment.Item memory i) internal pure returns (Settlement memory s) {
        uint256 spent;
        s.outcome = Outcome.Closed;
        s.receiptsRoot = i.receiptsRoot;
        s.earnedWei = i.earnedWei;
        s.nodeWei = new uint128[](i.earnedWei.length);
        for (uint256 n = 0; n < i.earnedWei.length; ++n) {
            spent += i.earnedWei[n];
            s.nodeWei[n] = uint128(uint256(i.earnedWei[n]) * 80 / 100);
        }
        s.gatewayWei = uint128(spent / 10);
        unchecked {
            s.clientWei = uint128(i.brief.head.budgetWei - spent);
        }
    }

    function nothing(Brief memory brief, Outcome outcome) internal pure returns (Settlement memory s) {
        s.outcome = outcome;
        s.earnedWei = new uint128[](brief.seats.length);
        s.nodeWei = new uint128[](brief.seats.length);
        s.clientWei = brief.head.budgetWei;
    }

    function finalize(Brief memory brief, Settlement memory s) internal {
        Brief[] memory briefs = new Brief[](1);
        Settlement[] memory settlements = new Settlement[](1);
        briefs[0] = brief;
        settlements[0] = s;
        payment.finalize(briefs, settlements);
    }

    function voucher(Brief memory brief, uint256 seat, uint64 tasks, uint256 earnedWei)
        internal
        view
        returns (bytes memory)
    {
        bytes32 hash =
            keccak256(abi.encode(Typed.NODE_VOUCHER, brief.sessionId, brief.seats[seat].node, tasks, earnedWei));
        return sign(GATEWAY_KEY, typed(hash));
    }

    function phaseOf(bytes32 id) internal view returns (InferencePayment.Phase phase) {
        (phase,) = payment.recordOf(id);
    }
}
