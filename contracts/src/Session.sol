// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Module} from "./base/Module.sol";
import {Brief, Head, Seat, Tail, Terms} from "./lib/Terms.sol";
import {Typed} from "./lib/Typed.sol";
import {InferencePayment} from "./InferencePayment.sol";
import {MyelinDirectory} from "./MyelinDirectory.sol";
import {NodePool} from "./NodePool.sol";
import {Param, Parameters} from "./Parameters.sol";
import {SubnetRegistry} from "./SubnetRegistry.sol";
import {ValidatorRegistry} from "./ValidatorRegistry.sol";

/// @title The front door of sessions
/// @notice One call opens a session: the client's signed request, the committee's approval, the price, the nodes' slots and the budget are
/// checked and taken together, or nothing happens. So `Requested` and `Approved` of the Java machine last for one transaction here.
/// A session's id is the EIP-712 digest of its request: known before the transaction, and usable once.
/// A request for the zero address as gateway may be opened by any gateway of the subnet: whoever brings it, with its committee's word for that.
contract Session is Module {
    /// @notice All that opens a session.
    /// @param request what the client signed
    /// @param clientSignature of the request; may be empty when the client calls itself
    /// @param clientRandom the client's part of the randomness
    /// @param gatewaySecret the gateway's part; its hash was known to the client
    /// @param validatorSet which set the committee is drawn from
    /// @param subnetId the subnet that offers the model
    /// @param priceVersion the price that was quoted
    /// @param nodes to reserve a slot of, drawn by the committee's rules
    /// @param maxTasks most tasks that may be settled; 0 for no limit
    /// @param seats bit i is set when seat i of the committee approved
    /// @param approvals their signatures, 65 bytes each, in the order of the seats
    struct Opening {
        Typed.SessionRequest request;
        bytes clientSignature;
        bytes32 clientRandom;
        bytes32 gatewaySecret;
        uint64 validatorSet;
        bytes32 subnetId;
        uint64 priceVersion;
        address[] nodes;
        uint32 maxTasks;
        uint256 seats;
        bytes approvals;
    }

    /// @notice A permit of the token for the payment contract; `deadline` 0 for none.
    struct Permit {
        uint256 valueWei;
        uint256 deadline;
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    /// @notice Most nodes of a session.
    uint256 public constant MAX_NODES = 16;
    /// @notice What a nonce's hash begins with.
    bytes32 public constant SEED_TYPE = keccak256("myelin/session/nonce/1");
    /// @notice What the hash of a nonce of a request for any gateway begins with.
    bytes32 public constant ANY_TYPE = keccak256("myelin/session/nonce/any/1");

    address private immutable _token;
    Parameters private immutable _parameters;
    ValidatorRegistry private immutable _registry;
    SubnetRegistry private immutable _subnets;
    NodePool private immutable _nodes;
    InferencePayment private immutable _payment;
    address private immutable _queue;

    /// @notice A session is active.
    event SessionOpened(bytes32 indexed sessionId, address indexed client, address indexed gateway, Brief brief, Tail tail);
    /// @notice A session closes: by its client, its gateway, or for its client by somebody else.
    event SessionClosing(bytes32 indexed sessionId, address indexed by);
    /// @notice A session has more seats; these are its terms from now on.
    event SessionExtended(bytes32 indexed sessionId, Brief brief);

    /// @notice The client did not sign this request.
    error BadClientSignature();
    /// @notice The request's nonce does not bind this random, secret and set.
    error BadNonce();
    /// @notice The session would end too early or too late.
    error BadExpiry(uint256 expiresAt, uint256 latest);
    /// @notice There must be as many nodes as the redundancy, at most sixteen, and none twice.
    error BadNodes(uint256 count);
    /// @notice The budget has more than 128 bits, or is nothing.
    error BadBudget(uint256 budgetWei);

    constructor(MyelinDirectory directory) Module(directory, directory.sessions()) {
        _token = directory.token();
        _parameters = Parameters(directory.parameters());
        _registry = ValidatorRegistry(directory.validators());
        _subnets = SubnetRegistry(directory.subnets());
        _nodes = NodePool(directory.nodes());
        _payment = InferencePayment(directory.payment());
        _queue = directory.queue();
    }

    /// @notice Opens a session. Anyone may bring it: the client needs no gas.
    function open(Opening calldata o, Permit calldata permit) external returns (bytes32 sessionId) {
        Typed.SessionRequest calldata r = o.request;
        sessionId = idOf(r);
        if (
            msg.sender != r.client
                && !SignatureChecker.isValidSignatureNow(r.client, sessionId, o.clientSignature)
        ) revert BadClientSignature();
        if (permit.deadline != 0) {
            // Somebody may have used the permit already; what counts is the allowance.
            try IERC20Permit(_token).permit(
                r.client, address(_payment), permit.valueWei, permit.deadline, permit.v, permit.r, permit.s
            ) {} catch {}
        }
        uint256 latest = block.timestamp + _parameters.get(Param.MaxSessionSeconds);
        uint256 expiresAt = r.expiryMillis / 1000;
        if (expiresAt <= block.timestamp || expiresAt > latest) revert BadExpiry(expiresAt, latest);
        (Brief memory brief, Tail memory tail) = _terms(o, sessionId, _nodes.reserve(new Seat[](0), o.nodes));
        _approve(o, brief, _payment.escrow(brief), tail);
        emit SessionOpened(sessionId, r.client, brief.head.gateway, brief, tail);
    }

    /// @notice The id of the session that a request opens: what its client signs.
    function idOf(Typed.SessionRequest calldata request) public view returns (bytes32) {
        return _typedDigest(Typed.hash(request));
    }

    /// @notice What a client signs as nonce: bound to its random, to the hash of the gateway's secret, and to a validator set.
    function nonceOf(bytes32 clientRandom, bytes32 secretCommitment, uint64 validatorSet)
        public
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(SEED_TYPE, clientRandom, secretCommitment, validatorSet));
    }

    /// @notice What a client signs as nonce of a request for any gateway: bound to the subnet and the most tasks besides, which a gateway that
    /// is named in the request answers for, and which here somebody of another subnet could choose.
    function nonceOfAny(bytes32 nonce, bytes32 subnetId, uint32 maxTasks) public pure returns (bytes32) {
        return keccak256(abi.encode(ANY_TYPE, nonce, subnetId, maxTasks));
    }

    /// @notice The terms that an opening would have now, for those who approve and those who keep them. Of a request for any gateway: those
    /// that it would have if the caller brought it.
    function termsOf(Opening calldata o) external view returns (Brief memory brief, Tail memory tail) {
        return _terms(o, idOf(o.request), _nodes.seatsOf(o.nodes));
    }

    /// @notice What a committee signs about when it approves an opening: the session; for a request of any gateway the session at that gateway,
    /// so that who signed for one that died can sign for the next. A session opens once all the same.
    function openingSubject(bytes32 sessionId, address requested, address gateway) public pure returns (bytes32) {
        return requested == address(0) ? keccak256(abi.encode(Typed.SESSION_APPROVAL, sessionId, gateway)) : sessionId;
    }

    /// @notice The content of a session's approval, which validators attest with kind SESSION_APPROVAL and `openingSubject` as subject.
    function approvalOf(bytes32 sessionId, bytes32 termsDigest, Tail memory tail, address[] memory nodes)
        public
        pure
        returns (bytes32)
    {
        bytes32 nodesDigest = keccak256(abi.encodePacked(nodes));
        return keccak256(
            abi.encode(
                Typed.SESSION_APPROVAL, sessionId, termsDigest, tail.subnetId, tail.priceVersion, nodesDigest, tail.seed
            )
        );
    }

    /// @notice Closes a session: no new task, its slots are given back, the gateway settles. For its client or its gateway.
    function close(Brief calldata brief) external {
        if (msg.sender != brief.head.client && msg.sender != brief.head.gateway) revert NotAllowed(msg.sender);
        _close(brief);
    }

    /// @notice Closes a session for its client, who signed `SessionClose`.
    function closeFor(Brief calldata brief, bytes calldata signature) external {
        bytes32 digest = _typedDigest(keccak256(abi.encode(Typed.SESSION_CLOSE, brief.sessionId)));
        if (!SignatureChecker.isValidSignatureNow(brief.head.client, digest, signature)) revert BadClientSignature();
        _close(brief);
    }

    /// @notice Gives a session whose nodes were lost others besides, by the word of its gateway and its committee. The lost ones keep their
    /// seats: what they earned is theirs.
    /// @param seats which members of the committee signed; the subject of their attestation is `extensionSubject`
    function extend(
        Brief calldata brief,
        Tail calldata tail,
        address[] calldata nodes,
        uint256 seats,
        bytes calldata approvals
    ) external {
        if (msg.sender != brief.head.gateway) revert NotAllowed(msg.sender);
        if (Terms.digest(tail) != brief.tailDigest) revert InferencePayment.WrongTerms(brief.sessionId);
        _registry.requireSeated(
            tail.seed,
            tail.validatorSet,
            Typed.SESSION_APPROVAL,
            extensionSubject(brief.sessionId, brief.seats.length),
            _extended(brief, tail, nodes),
            seats,
            approvals
        );
    }

    /// @notice What a committee signs about when a session of so many seats gets more.
    function extensionSubject(bytes32 sessionId, uint256 had) public pure returns (bytes32) {
        return keccak256(abi.encode(Typed.SESSION_APPROVAL, sessionId, had));
    }

    function _extended(Brief calldata brief, Tail calldata tail, address[] calldata nodes)
        private
        returns (bytes32 content)
    {
        uint256 count = brief.seats.length + nodes.length;
        if (nodes.length == 0 || count > MAX_NODES) revert BadNodes(count);
        Brief memory next = _payment.addSeats(brief, _nodes.reserve(brief.seats, nodes));
        emit SessionExtended(brief.sessionId, next);
        return approvalOf(brief.sessionId, Terms.digest(next), tail, nodes);
    }

    function _close(Brief calldata brief) private {
        if (brief.head.gateway == _queue) revert NotAllowed(msg.sender);
        emit SessionClosing(brief.sessionId, msg.sender);
        _payment.closing(brief);
    }

    function _approve(Opening calldata o, Brief memory brief, bytes32 termsDigest, Tail memory tail) private view {
        _registry.requireApproval(
            tail.seed,
            o.validatorSet,
            Typed.SESSION_APPROVAL,
            openingSubject(brief.sessionId, o.request.gateway, brief.head.gateway),
            approvalOf(brief.sessionId, termsDigest, tail, o.nodes),
            o.seats,
            o.approvals
        );
    }

    function _terms(Opening calldata o, bytes32 sessionId, Seat[] memory seats)
        private
        view
        returns (Brief memory brief, Tail memory tail)
    {
        Typed.SessionRequest calldata r = o.request;
        if (o.nodes.length < r.redundancy || o.nodes.length == 0 || o.nodes.length > MAX_NODES) {
            revert BadNodes(o.nodes.length);
        }
        if (r.budgetWei == 0 || r.budgetWei > type(uint128).max) revert BadBudget(r.budgetWei);
        bytes32 nonce = nonceOf(o.clientRandom, keccak256(abi.encode(o.gatewaySecret)), o.validatorSet);
        if (r.gateway == address(0)) nonce = nonceOfAny(nonce, o.subnetId, o.maxTasks);
        if (r.nonce != nonce) revert BadNonce();
        bytes32 modelId = keccak256(bytes(r.model));
        address gateway = r.gateway == address(0) ? msg.sender : r.gateway;
        (SubnetRegistry.Price memory price, address payee) = _subnets.quote(o.subnetId, modelId, o.priceVersion, gateway);
        tail = Tail({
            subnetId: o.subnetId,
            modelId: modelId,
            priceVersion: o.priceVersion,
            inputWei: price.inputWei,
            outputWei: price.outputWei,
            redundancy: r.redundancy,
            verification: r.verification,
            seed: keccak256(abi.encode(r.nonce, o.gatewaySecret)),
            validatorSet: o.validatorSet
        });
        brief.sessionId = sessionId;
        brief.head = Head({
            client: r.client,
            gateway: gateway,
            gatewayPayee: payee,
            budgetWei: uint128(r.budgetWei),
            expiresAt: uint40(r.expiryMillis / 1000),
            maxTasks: o.maxTasks
        });
        brief.seats = seats;
        brief.tailDigest = Terms.digest(tail);
    }
}
