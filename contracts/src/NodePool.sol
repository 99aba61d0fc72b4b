// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Appeals} from "./base/Appeals.sol";
import {Seat} from "./lib/Terms.sol";
import {Param} from "./Parameters.sol";
import {Typed} from "./lib/Typed.sol";
import {MyelinDirectory} from "./MyelinDirectory.sol";
import {NodeStats} from "./NodeStats.sol";

/// @title Compute nodes: owners, operator keys, stakes and slots
/// @notice The pool machine of docs/state-machines.md. What a session reserves is a slot. Which session holds which is in the session's terms,
/// so it is not stored or announced here a second time: the session contracts give back exactly what they took. Their events (opened,
/// extended, closing, settled, finished) say when slots are taken and given back.
contract NodePool is Appeals {
    /// @notice As in the Java machine; `None` is "not in the pool".
    enum Standing {
        None,
        Unqualified,
        Qualified,
        Suspended,
        Leaving
    }

    /// @notice What a committee finds of a node.
    enum Verdict {
        Qualified,
        Disqualified,
        Suspended,
        Reinstated,
        Fraud
    }

    struct Node {
        address owner;
        uint16 slots;
        uint16 reserved;
        uint16 untested;
        Standing standing;
        uint32 round;
    }

    /// @notice Most slots of a node.
    uint16 public constant MAX_SLOTS = 1_024;

    NodeStats private immutable _stats;
    address private immutable _sessions;
    address private immutable _payment;

    mapping(address node => Node info) private _nodes;
    mapping(bytes32 subject => bool proven) private _proven;

    /// @notice A node joined, or came back.
    event Joined(address indexed node, address indexed owner, uint16 slots);
    /// @notice A node declares another number of slots.
    event SlotsChanged(address indexed node, uint16 slots);
    /// @notice A committee's verdict.
    event Judged(address indexed node, Verdict verdict, uint32 round, bytes32 evidenceDigest);
    /// @notice A node is leaving, or has left when no session holds a slot of it.
    event Left(address indexed node);

    /// @notice No such node.
    error UnknownNode(address node);
    /// @notice The node is in the pool already, or belongs to another owner.
    error AlreadyJoined(address node);
    /// @notice Not a number of slots.
    error BadSlots(uint16 slots);
    /// @notice More slots are in use than would be left.
    error SlotsInUse(uint16 slots, uint16 inUse);
    /// @notice No slot is free.
    error NoFreeSlot(address node);
    /// @notice No session holds a slot.
    error NotReserved(address node);
    /// @notice The node is in another standing.
    error WrongStanding(address node, Standing standing);
    /// @notice Only the node's owner may.
    error NotOwner(address caller);
    /// @notice This was punished before.
    error ProvenBefore(bytes32 evidenceDigest);
    /// @notice Two nodes of one owner, or a node twice.
    error SameOwner(address node, address owner);

    constructor(MyelinDirectory directory) Appeals(directory, directory.nodes()) {
        _stats = NodeStats(directory.stats());
        _sessions = directory.sessions();
        _payment = directory.payment();
    }

    // Owners.

    /// @notice Brings a node into the pool, to be tested; its key consents by its signature.
    function join(address node, uint16 slots, uint256 amountWei, bytes calldata consent)
        external
        nonReentrant
    {
        Node storage n = _nodes[node];
        if (n.standing != Standing.None && n.standing != Standing.Leaving) revert AlreadyJoined(node);
        if (n.owner != address(0) && n.owner != msg.sender) revert AlreadyJoined(node);
        _requireConsent(msg.sender, node, consent);
        _setSlots(n, slots);
        n.owner = msg.sender;
        n.standing = Standing.Unqualified;
        emit Joined(node, msg.sender, slots);
        uint256 minWei = _parameters.get(Param.MinNodeStakeWei);
        if (amountWei > 0) _stake(node, amountWei, minWei);
        else if (_bonds[node].stakedWei < minWei) revert StakeTooSmall(_bonds[node].stakedWei, minWei);
    }

    /// @notice Adds to a node's stake.
    function stake(address node, uint256 amountWei) external nonReentrant {
        _ownedBy(node, msg.sender);
        _stake(node, amountWei, 0);
    }

    /// @notice Declares another number of slots.
    function setSlots(address node, uint16 slots) external {
        Node storage n = _ownedBy(node, msg.sender);
        if (n.standing == Standing.None) revert UnknownNode(node);
        _setSlots(n, slots);
        emit SlotsChanged(node, slots);
    }

    /// @notice Takes a node out, at once or when the last session gave its slot back: how an owner revokes its key. A suspended node stays.
    function remove(address node) external {
        Node storage n = _ownedBy(node, msg.sender);
        if (n.standing == Standing.None) revert UnknownNode(node);
        if (!_inPool(n)) revert WrongStanding(node, n.standing);
        if (n.reserved == 0) _remove(n);
        else n.standing = Standing.Leaving;
        emit Left(node);
        if (_bonds[node].stakedWei > 0) _unbond(node, _bonds[node].stakedWei);
    }

    /// @notice Fetches a stake that has waited long enough.
    function withdraw(address node, address to) external nonReentrant {
        _ownedBy(node, msg.sender);
        _withdraw(node, to);
    }

    // Committees.

    /// @notice What the next verdict on a node is about; it changes with each, so none counts twice.
    function verdictSubject(address node) public view returns (bytes32) {
        return keccak256(abi.encode(Typed.NODE_VERDICT, node, _nodes[node].round));
    }

    /// @notice What a verdict of fraud is about: the evidence. So neither another piece of evidence nor a verdict of another kind that is
    /// signed and kept back can take its place.
    function fraudSubject(address node, bytes32 evidenceDigest) public pure returns (bytes32) {
        return keccak256(abi.encode(Typed.NODE_VERDICT, node, evidenceDigest));
    }

    /// @notice Applies a committee's verdict; anyone may bring it. Fraud is judged by `fraudSubject`, in round 0, once for each piece of
    /// evidence, wherever the node is, also when it has left: its stake is there for two weeks. A suspended node is not punished for more of
    /// the same before somebody reinstates it: one fault, found in many answers, costs what it costs once. What it costs is locked until
    /// nobody can appeal any more ({appeal}).
    function judge(address node, Verdict verdict, bytes32 evidenceDigest, uint256 seats, bytes calldata signatures)
        external
    {
        if (verdict == Verdict.Fraud) {
            _judgeFraud(node, evidenceDigest, seats, signatures);
            return;
        }
        Node storage n = _nodes[node];
        bytes32 subject = verdictSubject(node);
        bytes32 content =
            keccak256(abi.encode(Typed.NODE_VERDICT, node, uint64(n.round), uint8(verdict), evidenceDigest));
        if (n.owner == address(0) || n.standing == Standing.None) revert UnknownNode(node);
        bool allowed = verdict == Verdict.Reinstated ? n.standing == Standing.Suspended : _inPool(n);
        if (!allowed) revert WrongStanding(node, n.standing);
        emit Judged(node, verdict, n.round++, evidenceDigest);
        if (verdict == Verdict.Qualified) {
            n.standing = Standing.Qualified;
            n.untested = 0;
        } else if (verdict == Verdict.Suspended) {
            n.standing = Standing.Suspended;
        } else {
            n.standing = Standing.Unqualified;
        }
        _registry.requireVerdict(_registry.setVersion(), Typed.NODE_VERDICT, subject, content, seats, signatures);
    }

    function _judgeFraud(address node, bytes32 evidenceDigest, uint256 seats, bytes calldata signatures) private {
        Node storage n = _nodes[node];
        if (n.owner == address(0)) revert UnknownNode(node);
        if (n.standing == Standing.Suspended) revert WrongStanding(node, n.standing);
        bytes32 subject = fraudSubject(node, evidenceDigest);
        if (_proven[subject]) revert ProvenBefore(evidenceDigest);
        _proven[subject] = true;
        bool wasIn = _inPool(n);
        emit Judged(node, Verdict.Fraud, n.round++, evidenceDigest);
        n.standing = Standing.Suspended;
        _stats.record(node, NodeStats.Stage.Correctness, NodeStats.Mark.Slashed);
        bytes32 content =
            keccak256(abi.encode(Typed.NODE_VERDICT, node, uint64(0), uint8(Verdict.Fraud), evidenceDigest));
        address[] memory signers = _registry.requireVerdict(
            _registry.setVersion(), Typed.NODE_VERDICT, subject, content, seats, signatures
        );
        _lock(node, evidenceDigest, wasIn, n.round, signers);
    }

    /// @dev Another verdict that came since has the say over the standing; the mark is taken back in any case.
    function _reinstate(address node, bytes32 evidenceDigest, Cut storage c) internal override returns (bool isIn) {
        Node storage n = _nodes[node];
        _stats.record(node, NodeStats.Stage.Correctness, NodeStats.Mark.Cleared);
        if (n.standing == Standing.Suspended && n.round == c.round) {
            emit Judged(node, Verdict.Reinstated, n.round++, evidenceDigest);
            if (c.wasIn) n.standing = Standing.Unqualified;
            else if (n.reserved == 0) _remove(n);
            else n.standing = Standing.Leaving;
        }
        return n.standing != Standing.None && n.standing != Standing.Leaving;
    }

    function _requireOwner(address node, address caller) internal view override {
        _ownedBy(node, caller);
    }

    function _ownerOf(address node) internal view override returns (address) {
        return _nodes[node].owner;
    }

    // Sessions.

    /// @notice For the session contract: takes a slot of each node. Nobody owns two of them, or one of them and one of those present.
    function reserve(Seat[] calldata present, address[] calldata nodes)
        external
        returns (Seat[] memory seats)
    {
        if (msg.sender != _sessions) revert NotAllowed(msg.sender);
        uint256 count = nodes.length;
        seats = new Seat[](count);
        address[] memory owners = new address[](present.length + count);
        uint256 known;
        for (; known < present.length; ++known) {
            owners[known] = _nodes[present[known].node].owner;
        }
        for (uint256 i = 0; i < count; ++i) {
            address node = nodes[i];
            Node storage stored = _nodes[node];
            Node memory n = stored;
            if (n.standing == Standing.None) revert UnknownNode(node);
            if (_free(n) == 0) revert NoFreeSlot(node);
            for (uint256 j = 0; j < known; ++j) {
                if (owners[j] == n.owner) revert SameOwner(node, n.owner);
            }
            owners[known++] = n.owner;
            stored.reserved = n.reserved + 1;
            seats[i] = Seat(node, n.owner);
        }
    }

    /// @notice For the session contracts: gives the slots back.
    function release(Seat[] calldata seats) external {
        if (msg.sender != _payment && msg.sender != _sessions) revert NotAllowed(msg.sender);
        for (uint256 i = 0; i < seats.length; ++i) {
            _release(seats[i].node);
        }
    }

    // Views.

    /// @notice A node as it is now.
    function nodeOf(address node) external view returns (Node memory) {
        return _nodes[node];
    }

    /// @notice The seats that these nodes would get in a session opened now.
    function seatsOf(address[] calldata nodes) external view returns (Seat[] memory seats) {
        seats = new Seat[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            seats[i] = Seat(nodes[i], _nodes[nodes[i]].owner);
        }
    }

    /// @notice The owner of each of several nodes that has a free slot now; nobody of one that has none.
    function freeOf(address[] calldata nodes) external view returns (address[] memory owners) {
        owners = new address[](nodes.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            Node storage n = _nodes[nodes[i]];
            if (_free(n) > 0) owners[i] = n.owner;
        }
    }

    /// @notice Slots that a session may take now.
    function freeSlots(address node) external view returns (uint256) {
        return _free(_nodes[node]);
    }

    function _release(address node) private {
        Node memory n = _nodes[node];
        if (n.reserved == 0) revert NotReserved(node);
        --n.reserved;
        ++n.untested;
        if (n.standing == Standing.Leaving && n.reserved == 0) {
            n.standing = Standing.None;
            n.slots = 0;
            n.untested = 0;
        }
        _nodes[node] = n;
    }

    function _remove(Node storage n) private {
        // The owner and the round stay: neither a verdict nor a stake is forgotten.
        n.standing = Standing.None;
        n.slots = 0;
        n.untested = 0;
    }

    function _setSlots(Node storage n, uint16 slots) private {
        if (slots == 0 || slots > MAX_SLOTS) revert BadSlots(slots);
        uint16 inUse = n.reserved + n.untested;
        if (slots < inUse) revert SlotsInUse(slots, inUse);
        n.slots = slots;
    }

    function _inPool(Node storage n) private view returns (bool) {
        return n.standing == Standing.Qualified || n.standing == Standing.Unqualified;
    }

    function _free(Node memory n) private pure returns (uint256) {
        return n.standing == Standing.Qualified ? n.slots - n.reserved - n.untested : 0;
    }

    function _ownedBy(address node, address caller) private view returns (Node storage n) {
        n = _nodes[node];
        if (n.owner == address(0)) revert UnknownNode(node);
        if (n.owner != caller) revert NotOwner(caller);
    }
}
