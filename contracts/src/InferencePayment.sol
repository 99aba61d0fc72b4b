// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Module} from "./base/Module.sol";
import {Brief, Head, Outcome, Seat, Settlement, Terms} from "./lib/Terms.sol";
import {Typed} from "./lib/Typed.sol";
import {MyelinDirectory} from "./MyelinDirectory.sol";
import {NodePool} from "./NodePool.sol";
import {Param, Parameters} from "./Parameters.sol";
import {SubnetRegistry} from "./SubnetRegistry.sol";
import {ValidatorRegistry} from "./ValidatorRegistry.sol";

/// @title Escrow, settlement, challenges and credits
/// @notice A session costs one word of storage: a digest, its phase and a time. Who calls shows the terms again, and the digest proves them.
/// Money moves in three steps: a budget comes into escrow; a settlement says who gets it and waits out the challenge window; then it
/// becomes credits, which each party fetches itself. docs/contracts.md has the rules as tables.
contract InferencePayment is Module, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @notice Where a session's money stands. `Settled` is inside the challenge window; the last three are final.
    enum Phase {
        None,
        Active,
        Closing,
        Settled,
        Closed,
        Expired,
        Failed
    }

    /// @notice What a gateway settles: the terms, the root of the receipts, how many there are, and what each seat earned.
    struct Item {
        Brief brief;
        bytes32 receiptsRoot;
        uint32 tasks;
        uint128[] earnedWei;
    }

    /// @dev What a batch adds up to; `digest` runs over its items.
    struct Sums {
        bytes32 digest;
        uint256 validatorsWei;
        uint256 treasuryWei;
    }

    /// @notice Which committee judges a gateway's next batch: that of a set chosen before the batch was.
    struct BatchSeat {
        uint64 batch;
        uint64 set;
    }

    /// @notice The share of its bond that an omission costs a gateway, in ten-thousandths; a contradiction costs all of it.
    uint256 public constant OMISSION_BPS = 1_000;
    uint256 private constant ALL_BPS = 10_000;
    /// @notice For how long a gateway's batches are judged from one set, if it settles nothing.
    uint64 public constant PIN_SECONDS = 2 days;

    IERC20 private immutable _token;
    Parameters private immutable _parameters;
    ValidatorRegistry private immutable _registry;
    SubnetRegistry private immutable _subnets;
    NodePool private immutable _nodes;
    address private immutable _sessions;
    address private immutable _queue;

    /// @dev digest (208 bits) | phase (8) | time (40): expiry while active, last time to settle while closing, end of the window when settled.
    mapping(bytes32 sessionId => uint256 word) private _records;
    /// @notice What is left of the budget of a session whose tasks run on chain.
    mapping(bytes32 sessionId => uint256 leftWei) public queueWei;
    /// @notice What an account can fetch.
    mapping(address account => uint256 creditWei) public credits;
    /// @notice A gateway's next batch and the set its committee is drawn from.
    mapping(address gateway => BatchSeat seat) public batches;
    mapping(bytes32 evidence => bool used) private _used;

    /// @notice No new task; the gateway has until then to settle.
    event Closing(bytes32 indexed sessionId, uint40 settleUntil);
    /// @notice A session's money has a destination, which can be challenged until then. The rest of the settlement follows from the split.
    event Settled(
        bytes32 indexed sessionId, Outcome outcome, bytes32 receiptsRoot, uint128[] earnedWei, uint40 challengeUntil
    );
    /// @notice A session of a batch had ended in another way before and keeps that end; nothing of what the batch says about it was paid.
    /// @dev phase: the one it is in, `Settled` or a final one.
    event Skipped(bytes32 indexed sessionId, Phase phase);
    /// @notice A gateway's batch was settled, but for what was skipped; the validators who signed share validatorsWei evenly.
    event BatchSettled(address indexed gateway, uint64 batch, address[] signers, uint256 validatorsWei, uint256 treasuryWei);
    /// @notice A gateway's next batch is judged from this set.
    event CommitteePinned(address indexed gateway, uint64 batch, uint64 set);
    /// @notice A challenge held; the settlement is this from now on.
    event Corrected(bytes32 indexed sessionId, Settlement settlement, uint256 fromBondWei);
    /// @notice A gateway was shown to have signed two things that exclude each other.
    event Contradicted(bytes32 indexed sessionId, address indexed gateway, bytes32 taskId);
    /// @notice A task on chain was paid.
    event TaskPaid(bytes32 indexed sessionId, uint256 spentWei);
    /// @notice A session's money was credited as its last settlement says; nothing follows.
    event Finalized(bytes32 indexed sessionId, Phase phase);
    /// @notice Somebody has more to fetch, before or without a settlement's finalization.
    event Credited(address indexed account, bytes32 indexed sessionId, uint256 amountWei);
    /// @notice Credits were fetched.
    event Withdrawn(address indexed account, address indexed to, uint256 amountWei);

    /// @notice The session is in another phase.
    error WrongPhase(bytes32 sessionId, Phase phase);
    /// @notice These are not the terms, or not the settlement, of the session.
    error WrongTerms(bytes32 sessionId);
    /// @notice Less arrived than the budget.
    error Underfunded(uint256 receivedWei, uint256 budgetWei);
    /// @notice It is too early for that.
    error TooEarly(uint256 dueAt);
    /// @notice It is too late for that.
    error TooLate(uint256 until);
    /// @notice More would be spent than there is.
    error OverBudget(uint256 spentWei, uint256 budgetWei);
    /// @notice More tasks than agreed, or none while something is spent.
    error BadTasks(uint32 tasks, uint32 maxTasks);
    /// @notice Not one amount per seat.
    error BadAmounts(uint256 given, uint256 seats);
    /// @notice Nothing to do.
    error Empty();
    /// @notice The committee's set is too old: pin another.
    error CommitteeStale(uint64 set);
    /// @notice The committee's set is not old enough to be replaced.
    error CommitteeFresh(uint64 set);
    /// @notice The voucher, attestation or proof is not what it should be.
    error BadEvidence();
    /// @notice A verdict keeps the node out of the pool: it claims nothing against gateways meanwhile.
    error NodeSuspended(address node);
    /// @notice The node is credited as much already.
    error NothingOwed(uint256 earnedWei);
    /// @notice There is nothing to fetch.
    error NothingToWithdraw();

    constructor(MyelinDirectory directory) Module(directory, directory.payment()) {
        _token = IERC20(directory.token());
        _parameters = Parameters(directory.parameters());
        _registry = ValidatorRegistry(directory.validators());
        _subnets = SubnetRegistry(directory.subnets());
        _nodes = NodePool(directory.nodes());
        _sessions = directory.sessions();
        _queue = directory.queue();
    }

    // Escrow: for the session contract.

    /// @notice Takes a session's budget from its client into escrow. All of it arrives, or nothing is opened.
    function escrow(Brief calldata brief) external nonReentrant returns (bytes32 termsDigest) {
        if (msg.sender != _sessions) revert NotAllowed(msg.sender);
        bytes32 id = brief.sessionId;
        (, Phase phase,) = _read(id);
        if (phase != Phase.None) revert WrongPhase(id, phase);
        termsDigest = Terms.digestOf(brief);
        _write(id, termsDigest, Phase.Active, brief.head.expiresAt);
        uint256 budgetWei = brief.head.budgetWei;
        if (brief.head.gateway == _queue) queueWei[id] = budgetWei;
        uint256 before = _token.balanceOf(address(this));
        _token.safeTransferFrom(brief.head.client, address(this), budgetWei);
        uint256 receivedWei = _token.balanceOf(address(this)) - before;
        // A token that takes a fee, or sends nothing, never opens a session; what it sends beyond stays out of the books.
        if (receivedWei < budgetWei) revert Underfunded(receivedWei, budgetWei);
    }

    /// @notice Notes that a session closes, and gives its slots back.
    function closing(Brief calldata brief) external {
        if (msg.sender != _sessions) revert NotAllowed(msg.sender);
        bytes32 termsDigest = _open(brief, Phase.Active);
        uint40 until = uint40(block.timestamp + _parameters.get(Param.SettleSeconds));
        _write(brief.sessionId, termsDigest, Phase.Closing, until);
        emit Closing(brief.sessionId, until);
        _nodes.release(brief.seats);
    }

    /// @notice Gives an active session more seats; the ones it has stay, and what they earned with them.
    function addSeats(Brief calldata brief, Seat[] calldata added) external returns (Brief memory next) {
        if (msg.sender != _sessions) revert NotAllowed(msg.sender);
        _open(brief, Phase.Active);
        uint256 had = brief.seats.length;
        next = brief;
        next.seats = new Seat[](had + added.length);
        for (uint256 i = 0; i < next.seats.length; ++i) {
            next.seats[i] = i < had ? brief.seats[i] : added[i - had];
        }
        _write(brief.sessionId, Terms.digest(next), Phase.Active, brief.head.expiresAt);
    }

    // Settlement.

    /// @notice Settles sessions of the calling gateway by one attestation of a committee over all of them. Validators and treasury are
    /// credited now, because no challenge lowers what was spent; everybody else after the challenge window. A session that has ended in
    /// another way meanwhile is skipped and stays as it is: a committee signs one content for a batch, so the others could not be settled
    /// without it. The attestation covers what is skipped too, hence who calls chooses nothing; one that is still open is never skipped.
    function settle(Item[] calldata items, uint256 seats, bytes calldata signatures) external {
        _settleBatch(msg.sender, items, seats, signatures, false);
    }

    /// @notice Settles sessions that their gateway has not settled in time; anyone may, with the same attestation. So nodes are paid for what
    /// a committee finds proven, out of the budgets, when a gateway is dead. It gets no share, and no root is held against it.
    function rescue(address gateway, Item[] calldata items, uint256 seats, bytes calldata signatures) external {
        _settleBatch(gateway, items, seats, signatures, true);
    }

    /// @notice Chooses the newest set for a gateway's next batch, before its first one or when the set chosen before has become old; anyone may.
    function pinCommittee(address gateway) external {
        BatchSeat memory seat = batches[gateway];
        if (seat.set != 0 && !_isStale(seat.set)) revert CommitteeFresh(seat.set);
        seat.set = _registry.setVersion();
        if (seat.set == 0) revert Empty();
        batches[gateway] = seat;
        emit CommitteePinned(gateway, seat.batch, seat.set);
    }

    /// @notice What the committee of a gateway's next batch signs about.
    function batchSubject(address gateway, uint64 batch) public pure returns (bytes32) {
        return keccak256(abi.encode(Typed.BATCH_SETTLEMENT, gateway, batch));
    }

    /// @notice Gives a session up: all goes back to the client, but for what nodes prove within the window. Only the gateway may.
    function fail(Brief calldata brief) external {
        if (msg.sender != brief.head.gateway) revert NotAllowed(msg.sender);
        _settleNothing(brief, Outcome.Failed);
    }

    /// @notice Ends a session that its gateway did not settle in time; anyone may. All goes back to the client, but for what nodes prove
    /// within the window.
    function expire(Brief calldata brief) external {
        _requireOverdue(brief);
        _settleNothing(brief, Outcome.Expired);
    }

    /// @notice Turns settlements whose window is over into credits; anyone may, for many sessions at once.
    function finalize(Brief[] calldata briefs, Settlement[] calldata settlements) external {
        if (briefs.length != settlements.length) revert BadAmounts(settlements.length, briefs.length);
        for (uint256 i = 0; i < briefs.length; ++i) {
            _finalizeOne(briefs[i], settlements[i]);
        }
    }

    // Challenges.

    /// @notice A node shows the gateway's voucher for more than was settled. The rest is paid from the gateway's share, then from its bond,
    /// which is cut besides: never by the client, whose money a gateway and a node of its own could otherwise vouch away.
    /// @param seat which seat of the session the node has
    /// @param tasks as in the voucher
    /// @param earnedWei as in the voucher: what the node earned in the session, before the split
    function claim(
        Brief calldata brief,
        Settlement calldata settlement,
        uint256 seat,
        uint64 tasks,
        uint128 earnedWei,
        bytes calldata signature
    ) external {
        bytes32 termsDigest = _challengeable(brief, settlement);
        if (seat >= brief.seats.length) revert BadEvidence();
        // Work that was proven false is left out of settlements, and vouchers were given before.
        if (_nodes.nodeOf(brief.seats[seat].node).standing == NodePool.Standing.Suspended) {
            revert NodeSuspended(brief.seats[seat].node);
        }
        bytes32 voucher = keccak256(
            abi.encode(Typed.NODE_VOUCHER, brief.sessionId, brief.seats[seat].node, tasks, uint256(earnedWei))
        );
        if (_signerOf(voucher, signature) != brief.head.gateway) revert BadEvidence();
        Settlement memory s = settlement;
        uint256 owedWei = _payUp(s, seat, earnedWei);
        _correct(brief, termsDigest, s, owedWei, brief.seats[seat].payee, OMISSION_BPS);
    }

    /// @notice Shows that a receipt under the settled root is not the one that the gateway signed for its client. What it counts too
    /// much comes back from the gateway's share, then from its bond, all of which is lost. The same counts for less are no lie: the
    /// receipt was made again, because a node whose work is proven false is not paid.
    function disprove(
        Brief calldata brief,
        Settlement calldata settlement,
        Typed.ReceiptAttestation calldata signed,
        bytes calldata signature,
        Typed.ReceiptAttestation calldata leaf,
        bytes32[] calldata proof
    ) external {
        if (_sameCounts(signed, leaf) && leaf.priceWei < signed.priceWei) revert BadEvidence();
        bytes32 leafHash = Typed.hash(leaf);
        _contradiction(brief.sessionId, brief.head.gateway, signed, signature, leaf, leafHash);
        bytes32 treeLeaf = keccak256(abi.encode(keccak256(abi.encode(leafHash))));
        if (!MerkleProof.verifyCalldata(proof, settlement.receiptsRoot, treeLeaf)) revert BadEvidence();
        _giveBack(brief, settlement, leaf.priceWei > signed.priceWei ? leaf.priceWei - signed.priceWei : 0);
    }

    /// @notice Shows two attestations of one gateway over one task that differ; anyone may, at any time. All of the bond is lost. The
    /// same counts at another price are one receipt that was made again; which of them is settled, `disprove` holds it to.
    function contradict(
        address gateway,
        Typed.ReceiptAttestation calldata first,
        bytes calldata firstSignature,
        Typed.ReceiptAttestation calldata second,
        bytes calldata secondSignature
    ) external {
        if (_sameCounts(first, second) && first.priceWei != second.priceWei) revert BadEvidence();
        bytes32 secondHash = Typed.hash(second);
        _contradiction(first.sessionId, gateway, first, firstSignature, second, secondHash);
        if (_signerOf(secondHash, secondSignature) != gateway) revert BadEvidence();
        _subnets.punish(gateway, 0, gateway, ALL_BPS, msg.sender);
    }

    // Tasks on chain: for the queue.

    /// @notice Pays a task of the queue at once: nine tenths to the nodes, who do the gateway's work too, a twentieth to the validators,
    /// the rest to the treasury.
    function payTask(
        bytes32 sessionId,
        address[] calldata payees,
        uint256[] calldata earnedWei,
        address[] calldata signers
    ) external {
        if (msg.sender != _queue) revert NotAllowed(msg.sender);
        uint256 spentWei;
        uint256 outWei;
        for (uint256 i = 0; i < payees.length; ++i) {
            uint256 amountWei = Terms.part(earnedWei[i], Terms.COMPUTE_BPS + Terms.GATEWAY_BPS);
            spentWei += earnedWei[i];
            outWei += amountWei;
            _credit(payees[i], sessionId, amountWei);
        }
        if (spentWei > queueWei[sessionId]) revert OverBudget(spentWei, queueWei[sessionId]);
        queueWei[sessionId] -= spentWei;
        if (signers.length > 0) {
            uint256 each = Terms.part(spentWei, Terms.VALIDATORS_BPS) / signers.length;
            for (uint256 i = 0; i < signers.length; ++i) {
                _credit(signers[i], sessionId, each);
                outWei += each;
            }
        }
        _credit(_parameters.treasury(), sessionId, spentWei - outWei);
        emit TaskPaid(sessionId, spentWei);
    }

    /// @notice Ends a session of the queue: what is left goes back to the client at once, because nothing in it is disputable.
    function finishQueue(Brief calldata brief) external {
        if (msg.sender != _queue) revert NotAllowed(msg.sender);
        bytes32 id = brief.sessionId;
        bytes32 termsDigest = _open(brief, Phase.Active);
        uint256 leftWei = queueWei[id];
        delete queueWei[id];
        Phase phase = leftWei == brief.head.budgetWei && block.timestamp >= brief.head.expiresAt
            ? Phase.Expired
            : Phase.Closed;
        _write(id, termsDigest, phase, 0);
        _credit(brief.head.client, id, leftWei);
        emit Finalized(id, phase);
        _nodes.release(brief.seats);
    }

    // Credits.

    /// @notice Pays out an account's credits, to itself; anyone may pay the gas.
    function withdraw(address account) external {
        _withdraw(account, account);
    }

    /// @notice Pays out the caller's credits, to whom it says.
    function withdrawTo(address to) external {
        _withdraw(msg.sender, to);
    }

    // Views.

    /// @notice A session's phase and its time: expiry while active, last time to settle while closing, end of the window when settled.
    function recordOf(bytes32 sessionId) external view returns (Phase phase, uint256 time) {
        (, phase, time) = _read(sessionId);
    }

    /// @notice Whether these are the session's terms, and it is active.
    function isActive(Brief calldata brief) external view returns (bool) {
        (uint256 short, Phase phase,) = _read(brief.sessionId);
        return phase == Phase.Active && short == _short(Terms.digestOf(brief));
    }

    // How it is done.

    function _withdraw(address account, address to) private nonReentrant {
        uint256 amountWei = credits[account];
        if (amountWei == 0) revert NothingToWithdraw();
        credits[account] = 0;
        emit Withdrawn(account, to, amountWei);
        _token.safeTransfer(to, amountWei);
    }

    function _settleBatch(
        address gateway,
        Item[] calldata items,
        uint256 seats,
        bytes calldata signatures,
        bool rescued
    ) private {
        if (items.length == 0) revert Empty();
        Sums memory sums = _settleAll(gateway, items, rescued);
        address[] memory signers = _attested(gateway, sums.digest, seats, signatures);
        uint256 each = sums.validatorsWei / signers.length;
        for (uint256 i = 0; i < signers.length; ++i) {
            _credit(signers[i], bytes32(0), each);
        }
        uint256 treasuryWei = sums.treasuryWei + sums.validatorsWei - each * signers.length;
        _credit(_parameters.treasury(), bytes32(0), treasuryWei);
        emit BatchSettled(gateway, batches[gateway].batch - 1, signers, each * signers.length, treasuryWei);
    }

    function _settleAll(address gateway, Item[] calldata items, bool rescued) private returns (Sums memory sums) {
        uint40 until = uint40(block.timestamp + _parameters.get(Param.ChallengeSeconds));
        for (uint256 i = 0; i < items.length; ++i) {
            uint256 free;
            assembly ("memory-safe") {
                free := mload(0x40)
            }
            if (gateway != items[i].brief.head.gateway) revert NotAllowed(gateway);
            _settleOne(items[i], until, rescued, sums);
            // Nothing of an item's work in memory is needed for the next: a long batch would pay for it by the square.
            assembly ("memory-safe") {
                mstore(0x40, free)
            }
        }
    }

    /// @dev Reverts unless the gateway had its time. Sessions of the queue end there.
    function _requireOverdue(Brief calldata brief) private view {
        if (brief.head.gateway == _queue) revert NotAllowed(msg.sender);
        (, Phase phase, uint256 time) = _read(brief.sessionId);
        uint256 dueAt = phase == Phase.Active ? time + _parameters.get(Param.SettleSeconds) : time;
        if (block.timestamp < dueAt) revert TooEarly(dueAt);
    }

    function _settleOne(Item calldata item, uint40 until, bool rescued, Sums memory sums) private {
        (Phase phase, bytes32 termsDigest) = _awaiting(item.brief, rescued);
        (Settlement memory s, uint256 validatorsWei, uint256 treasuryWei) = _split(item, rescued);
        bytes32 content = Terms.digest(termsDigest, s);
        sums.digest = keccak256(abi.encode(sums.digest, content, item.tasks));
        bytes32 id = item.brief.sessionId;
        if (phase > Phase.Closing) {
            emit Skipped(id, phase);
            return;
        }
        sums.validatorsWei += validatorsWei;
        sums.treasuryWei += treasuryWei;
        _write(id, content, Phase.Settled, until);
        emit Settled(id, s.outcome, s.receiptsRoot, s.earnedWei, until);
        if (phase == Phase.Active) _nodes.release(item.brief.seats);
    }

    /// @dev The phase and terms of a session of a batch. Those of one that has ended are as shown: what was attested is held against them.
    /// One that is not open yet is refused and not skipped, or its batch would be used up and nobody could settle it.
    function _awaiting(Brief calldata brief, bool rescued) private view returns (Phase phase, bytes32 termsDigest) {
        uint256 short;
        (short, phase,) = _read(brief.sessionId);
        termsDigest = Terms.digestOf(brief);
        if (phase > Phase.Closing) return (phase, termsDigest);
        if (rescued) _requireOverdue(brief);
        if (phase == Phase.None) revert WrongPhase(brief.sessionId, phase);
        if (short != _short(termsDigest)) revert WrongTerms(brief.sessionId);
    }

    /// @dev The split of what an item says was spent. Every part is rounded down; the treasury has the rest.
    function _split(Item calldata item, bool rescued)
        private
        pure
        returns (Settlement memory s, uint256 validatorsWei, uint256 treasuryWei)
    {
        uint128[] calldata earnedWei = item.earnedWei;
        Head calldata head = item.brief.head;
        uint256 seats = item.brief.seats.length;
        if (earnedWei.length != seats) revert BadAmounts(earnedWei.length, seats);
        if (!rescued) s.receiptsRoot = item.receiptsRoot;
        s.earnedWei = earnedWei;
        uint128[] memory nodeWei = new uint128[](seats);
        s.nodeWei = nodeWei;
        uint256 spentWei;
        // Amounts have 128 bits each: neither their sum nor a product with a share comes near 256, and parts are less than the whole.
        unchecked {
            for (uint256 i = 0; i < seats; ++i) {
                uint256 amountWei = earnedWei[i];
                spentWei += amountWei;
                uint256 partWei = amountWei * Terms.COMPUTE_BPS / Terms.BPS;
                nodeWei[i] = uint128(partWei);
                treasuryWei += partWei;
            }
            uint256 budgetWei = head.budgetWei;
            if (spentWei > budgetWei) revert OverBudget(spentWei, budgetWei);
            s.clientWei = uint128(budgetWei - spentWei);
            uint256 gatewayWei = rescued ? 0 : spentWei * Terms.GATEWAY_BPS / Terms.BPS;
            s.gatewayWei = uint128(gatewayWei);
            validatorsWei = spentWei * Terms.VALIDATORS_BPS / Terms.BPS;
            treasuryWei = spentWei - treasuryWei - gatewayWei - validatorsWei;
        }
        uint32 tasks = item.tasks;
        uint32 maxTasks = head.maxTasks;
        bool tooMany = maxTasks > 0 && tasks > maxTasks;
        if (tooMany || (tasks == 0 && spentWei > 0)) revert BadTasks(tasks, maxTasks);
    }

    function _settleNothing(Brief calldata brief, Outcome outcome) private {
        bytes32 termsDigest = _unsettled(brief);
        Settlement memory s;
        s.outcome = outcome;
        s.earnedWei = new uint128[](brief.seats.length);
        s.nodeWei = new uint128[](brief.seats.length);
        s.clientWei = brief.head.budgetWei;
        uint40 until = uint40(block.timestamp + _parameters.get(Param.ChallengeSeconds));
        _write(brief.sessionId, Terms.digest(termsDigest, s), Phase.Settled, until);
        emit Settled(brief.sessionId, s.outcome, s.receiptsRoot, s.earnedWei, until);
    }

    function _finalizeOne(Brief calldata brief, Settlement calldata s) private {
        bytes32 id = brief.sessionId;
        (bytes32 termsDigest, uint256 until) = _settled(brief, s);
        if (block.timestamp < until) revert TooEarly(until);
        Phase phase = Phase(uint8(Phase.Closed) + uint8(s.outcome));
        _write(id, termsDigest, phase, 0);
        // The settlement's events have told these credits.
        for (uint256 i = 0; i < s.nodeWei.length; ++i) {
            credits[brief.seats[i].payee] += s.nodeWei[i];
        }
        if (s.gatewayWei > 0) credits[brief.head.gatewayPayee] += s.gatewayWei;
        if (s.clientWei > 0) credits[brief.head.client] += s.clientWei;
        emit Finalized(id, phase);
    }

    /// @dev Pays a seat what it earned beyond what was settled from the gateway's share.
    /// @return owedWei what that does not cover
    function _payUp(Settlement memory s, uint256 seat, uint128 earnedWei) private pure returns (uint256 owedWei) {
        if (earnedWei <= s.earnedWei[seat]) revert NothingOwed(s.earnedWei[seat]);
        owedWei = Terms.part(earnedWei - s.earnedWei[seat], Terms.COMPUTE_BPS);
        s.earnedWei[seat] = earnedWei;
        uint256 fromGateway = owedWei < s.gatewayWei ? owedWei : s.gatewayWei;
        s.gatewayWei -= uint128(fromGateway);
        s.nodeWei[seat] += uint128(fromGateway);
        owedWei -= fromGateway;
    }

    /// @dev Gives the client what a gateway counted too much.
    function _giveBack(Brief calldata brief, Settlement calldata settlement, uint256 owedWei) private {
        bytes32 termsDigest = _challengeable(brief, settlement);
        Settlement memory s = settlement;
        uint256 fromGateway = owedWei < s.gatewayWei ? owedWei : s.gatewayWei;
        s.gatewayWei -= uint128(fromGateway);
        s.clientWei += uint128(fromGateway);
        _correct(brief, termsDigest, s, owedWei - fromGateway, brief.head.client, ALL_BPS);
    }

    /// @dev Stores a corrected settlement, and lets the gateway's bond stand in for the rest.
    function _correct(
        Brief calldata brief,
        bytes32 termsDigest,
        Settlement memory s,
        uint256 owedWei,
        address to,
        uint256 shareBps
    ) private {
        (,, uint256 until) = _read(brief.sessionId);
        _write(brief.sessionId, Terms.digest(termsDigest, s), Phase.Settled, until);
        uint256 fromBondWei = _subnets.punish(brief.head.gateway, owedWei, to, shareBps, msg.sender);
        emit Corrected(brief.sessionId, s, fromBondWei);
    }

    /// @dev Reverts unless the gateway signed `first`, about the same task as `second`, and they differ. Once per task.
    function _contradiction(
        bytes32 sessionId,
        address gateway,
        Typed.ReceiptAttestation calldata first,
        bytes calldata firstSignature,
        Typed.ReceiptAttestation calldata second,
        bytes32 secondHash
    ) private {
        bytes32 firstHash = Typed.hash(first);
        bool sameTask = first.sessionId == sessionId && second.sessionId == sessionId && first.taskId == second.taskId;
        if (!sameTask || firstHash == secondHash || _signerOf(firstHash, firstSignature) != gateway) {
            revert BadEvidence();
        }
        bytes32 evidence = keccak256(abi.encode(gateway, sessionId, first.taskId));
        if (_used[evidence]) revert BadEvidence();
        _used[evidence] = true;
        emit Contradicted(sessionId, gateway, first.taskId);
    }

    function _sameCounts(Typed.ReceiptAttestation calldata one, Typed.ReceiptAttestation calldata other)
        private
        pure
        returns (bool)
    {
        return one.promptTokens == other.promptTokens && one.outputTokens == other.outputTokens;
    }

    /// @dev Reverts unless the committee pinned for the gateway's batch attested; the next batch is judged from the newest set.
    function _attested(address gateway, bytes32 settlementsDigest, uint256 seats, bytes calldata signatures)
        private
        returns (address[] memory)
    {
        BatchSeat memory seat = batches[gateway];
        if (seat.set == 0 || _isStale(seat.set)) revert CommitteeStale(seat.set);
        batches[gateway] = BatchSeat(seat.batch + 1, _registry.setVersion());
        return _registry.requireVerdict(
            seat.set,
            Typed.BATCH_SETTLEMENT,
            batchSubject(gateway, seat.batch),
            keccak256(abi.encode(Typed.BATCH_SETTLEMENT, gateway, seat.batch, settlementsDigest)),
            seats,
            signatures
        );
    }

    function _isStale(uint64 set) private view returns (bool) {
        return block.timestamp >= uint256(_registry.madeAt(set)) + PIN_SECONDS;
    }

    /// @dev The terms' digest of a session that awaits its settlement; one that was still active gives its slots back.
    function _unsettled(Brief calldata brief) private returns (bytes32 termsDigest) {
        (uint256 short, Phase phase,) = _read(brief.sessionId);
        if (phase != Phase.Active && phase != Phase.Closing) revert WrongPhase(brief.sessionId, phase);
        termsDigest = Terms.digestOf(brief);
        if (short != _short(termsDigest)) revert WrongTerms(brief.sessionId);
        if (phase == Phase.Active) _nodes.release(brief.seats);
    }

    function _open(Brief calldata brief, Phase expected) private view returns (bytes32 termsDigest) {
        (uint256 short, Phase phase,) = _read(brief.sessionId);
        if (phase != expected) revert WrongPhase(brief.sessionId, phase);
        termsDigest = Terms.digestOf(brief);
        if (short != _short(termsDigest)) revert WrongTerms(brief.sessionId);
    }

    function _settled(Brief calldata brief, Settlement calldata s)
        private
        view
        returns (bytes32 termsDigest, uint256 until)
    {
        uint256 short;
        Phase phase;
        (short, phase, until) = _read(brief.sessionId);
        if (phase != Phase.Settled) revert WrongPhase(brief.sessionId, phase);
        termsDigest = Terms.digestOf(brief);
        if (short != _short(Terms.digestOf(termsDigest, s))) revert WrongTerms(brief.sessionId);
    }

    function _challengeable(Brief calldata brief, Settlement calldata s) private view returns (bytes32 termsDigest) {
        uint256 until;
        (termsDigest, until) = _settled(brief, s);
        if (block.timestamp >= until) revert TooLate(until);
    }

    function _credit(address account, bytes32 sessionId, uint256 amountWei) private {
        if (amountWei == 0) return;
        credits[account] += amountWei;
        emit Credited(account, sessionId, amountWei);
    }

    function _read(bytes32 id) private view returns (uint256 short, Phase phase, uint256 time) {
        uint256 word = _records[id];
        return (word >> 48, Phase(uint8(word >> 40)), word & type(uint40).max);
    }

    function _write(bytes32 id, bytes32 digest, Phase phase, uint256 time) private {
        _records[id] = _short(digest) << 48 | uint256(phase) << 40 | time;
    }

    /// @dev 208 bits of a digest: 2^104 work for a collision.
    function _short(bytes32 digest) private pure returns (uint256) {
        return uint256(digest) >> 48;
    }
}
