// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Param} from "../Parameters.sol";
import {Typed} from "../lib/Typed.sol";
import {MyelinDirectory} from "../MyelinDirectory.sol";
import {ValidatorRegistry} from "../ValidatorRegistry.sol";
import {Bonds} from "./Bonds.sol";

/// @title What a verdict of fraud cuts from a stake, until it is final
/// @notice A cut is locked for a while, in which the node's owner may appeal, with a bond. An appeal is decided by a committee of other owners:
/// nobody sits who signed the verdict, was to be paid for bringing it, or owns the node. Its set is the one after the next of the verdict's,
/// whose randomness nobody knew then: so neither who brings a verdict nor who appeals can wait for a committee to its liking.
/// Where nobody decides the verdict stands, since a quorum gave it, and the bond goes back, since nobody found against the appeal.
/// Tokens held here = staked + unbonding + credits + locked, always.
abstract contract Appeals is Bonds {
    /// @notice Where a cut stands.
    enum CutPhase {
        None,
        Locked,
        Appealed,
        Returned,
        Gone
    }

    /// @param stakedWei cut from the stake
    /// @param unbondingWei cut from what was on its way out
    /// @param bondWei what its appeal was lodged with
    /// @param since when it was locked, or appealed
    /// @param judgedBy the set whose committee decides an appeal
    /// @param round of the node after the verdict: another one changed its standing since
    /// @param reporter who brought the verdict
    /// @param wasIn whether the node was in the pool before
    struct Cut {
        uint128 stakedWei;
        uint128 unbondingWei;
        uint128 bondWei;
        uint40 since;
        uint40 judgedBy;
        uint32 round;
        CutPhase phase;
        address reporter;
        bool wasIn;
    }

    /// @notice The share of its stake that a node loses for fraud, in ten-thousandths.
    uint256 public constant FRAUD_BPS = 3_000;
    /// @notice How long a cut can be appealed.
    uint256 public constant APPEAL_SECONDS = 3 days;
    /// @notice How long a committee has for an appeal, from when it is lodged and the committee's set is made.
    uint256 public constant DECIDE_SECONDS = 3 days;
    /// @notice What an appeal is lodged with, of what was cut, in ten-thousandths; at least that share of what the least stake would lose.
    uint256 public constant APPEAL_BOND_BPS = 500;

    ValidatorRegistry internal immutable _registry;

    mapping(bytes32 subject => Cut cut) private _cuts;
    mapping(bytes32 subject => address[] owners) private _barred;
    /// @notice What is locked of a node: cuts that are not final, and bonds of appeals.
    mapping(address node => uint256 lockedWei) public lockedOf;

    /// @notice A verdict's cut can be appealed until then.
    event CutLocked(
        address indexed node, bytes32 indexed evidenceDigest, uint256 amountWei, uint40 appealUntil, uint40 judgedBy, address reporter
    );
    /// @notice The owner appealed.
    event Appealed(address indexed node, bytes32 indexed evidenceDigest, uint256 bondWei, uint40 judgedBy);
    /// @notice Another committee decided: the cut goes back, or is gone.
    event AppealDecided(address indexed node, bytes32 indexed evidenceDigest, bool overturned);
    /// @notice A cut is gone: nobody appealed, nobody decided, or the appeal was in vain.
    event CutFinal(address indexed node, bytes32 indexed evidenceDigest, uint256 amountWei);

    /// @notice The cut stands elsewhere.
    error WrongCut(CutPhase phase);
    /// @notice The time to appeal, or to decide, is over.
    error AppealOver(uint256 until);
    /// @notice The cut is not final before then; 0: the committee's set has to be made first.
    error CutOpen(uint256 until);
    /// @notice Fewer other owners could sit than must agree.
    error TooFewOthers(uint256 others, uint256 needed);

    constructor(MyelinDirectory directory, address expected) Bonds(directory, expected) {
        _registry = ValidatorRegistry(directory.validators());
    }

    // Appeals.

    /// @notice What an appeal is about.
    function appealSubject(address node, bytes32 evidenceDigest) public pure returns (bytes32) {
        return keccak256(abi.encode(Typed.APPEAL_VERDICT, node, evidenceDigest));
    }

    /// @notice Appeals a verdict of fraud, for the node's owner, with the bond of {appealBondOf}. Refused where the newest set has fewer others
    /// who could sit than must agree: then nothing could overturn the verdict, and the bond would wait for nothing.
    function appeal(address node, bytes32 evidenceDigest) external nonReentrant {
        _requireOwner(node, msg.sender);
        bytes32 subject = appealSubject(node, evidenceDigest);
        Cut storage c = _cuts[subject];
        if (c.phase != CutPhase.Locked) revert WrongCut(c.phase);
        if (block.timestamp >= c.since + APPEAL_SECONDS) revert AppealOver(c.since + APPEAL_SECONDS);
        uint256 needed = _parameters.get(Param.Quorum);
        uint256 others = _others(_registry.committeeWithout(subject, _registry.setVersion(), _barred[subject]));
        if (others < needed) revert TooFewOthers(others, needed);
        uint256 bondWei = _receive(_appealBond(c));
        (c.phase, c.since, c.bondWei) = (CutPhase.Appealed, uint40(block.timestamp), uint128(bondWei));
        lockedOf[node] += bondWei;
        emit Appealed(node, evidenceDigest, bondWei, c.judgedBy);
    }

    /// @notice Ends an appeal by the word of its committee; anyone may bring it. Overturned: stake, bond and standing come back. Upheld: the
    /// cut is gone, and the bond goes where it goes.
    function decide(address node, bytes32 evidenceDigest, bool overturned, uint256 seats, bytes calldata signatures)
        external
    {
        bytes32 subject = appealSubject(node, evidenceDigest);
        Cut storage c = _cuts[subject];
        if (c.phase != CutPhase.Appealed) revert WrongCut(c.phase);
        uint256 until = _until(c);
        if (until != 0 && block.timestamp >= until) revert AppealOver(until);
        bytes32 content = keccak256(abi.encode(Typed.APPEAL_VERDICT, node, evidenceDigest, overturned));
        _registry.requireVerdictWithout(
            c.judgedBy, _barred[subject], Typed.APPEAL_VERDICT, subject, content, seats, signatures
        );
        emit AppealDecided(node, evidenceDigest, overturned);
        if (overturned) _return(node, evidenceDigest, c);
        else _take(node, evidenceDigest, c, c.bondWei);
    }

    /// @notice Ends a cut that nobody appealed or decided in time; anyone may.
    function finalizeCut(address node, bytes32 evidenceDigest) external {
        Cut storage c = _cuts[appealSubject(node, evidenceDigest)];
        if (c.phase != CutPhase.Locked && c.phase != CutPhase.Appealed) revert WrongCut(c.phase);
        uint256 until = _until(c);
        if (until == 0 || block.timestamp < until) revert CutOpen(until);
        _credit(_ownerOf(node), c.bondWei);
        _take(node, evidenceDigest, c, 0);
    }

    /// @notice A verdict's cut.
    function cutOf(address node, bytes32 evidenceDigest) external view returns (Cut memory) {
        return _cuts[appealSubject(node, evidenceDigest)];
    }

    /// @notice Until when a cut can be appealed, or an appeal decided; 0 while the committee's set is not made, and for what is ended.
    function cutOpenUntil(address node, bytes32 evidenceDigest) external view returns (uint256) {
        return _until(_cuts[appealSubject(node, evidenceDigest)]);
    }

    /// @notice What an appeal has to be lodged with now.
    function appealBondOf(address node, bytes32 evidenceDigest) external view returns (uint256) {
        return _appealBond(_cuts[appealSubject(node, evidenceDigest)]);
    }

    /// @notice Who does not sit when a verdict is appealed: who signed it or brought it, and who owns the node.
    function barredOf(address node, bytes32 evidenceDigest) external view returns (address[] memory) {
        return _barred[appealSubject(node, evidenceDigest)];
    }

    // For the pool.

    /// @dev Cuts a node's stake by a verdict's signers, and locks it.
    function _lock(address node, bytes32 evidenceDigest, bool wasIn, uint32 round, address[] memory signers) internal {
        bytes32 subject = appealSubject(node, evidenceDigest);
        (uint256 stakedWei, uint256 unbondingWei) = _cut(node, FRAUD_BPS);
        uint40 judgedBy = uint40(_registry.setVersion() + 2);
        _cuts[subject] = Cut({
            stakedWei: uint128(stakedWei),
            unbondingWei: uint128(unbondingWei),
            bondWei: 0,
            since: uint40(block.timestamp),
            judgedBy: judgedBy,
            round: round,
            phase: CutPhase.Locked,
            reporter: msg.sender,
            wasIn: wasIn
        });
        lockedOf[node] += stakedWei + unbondingWei;
        address[] storage barred = _barred[subject];
        for (uint256 i = 0; i < signers.length; ++i) {
            barred.push(signers[i]);
        }
        address paid = _registry.ownerOf(msg.sender);
        _bar(barred, paid == address(0) ? msg.sender : paid);
        _bar(barred, _ownerOf(node));
        emit CutLocked(
            node,
            evidenceDigest,
            stakedWei + unbondingWei,
            uint40(block.timestamp + APPEAL_SECONDS),
            judgedBy,
            msg.sender
        );
    }

    /// @dev Refuses who is not the node's owner.
    function _requireOwner(address node, address caller) internal view virtual;

    function _ownerOf(address node) internal view virtual returns (address);

    /// @dev Gives a node its standing back, where the verdict still has a say in it.
    /// @return isIn whether it is in the pool by now
    function _reinstate(address node, bytes32 evidenceDigest, Cut storage c) internal virtual returns (bool isIn);

    function _bar(address[] storage barred, address owner) private {
        for (uint256 i = 0; i < barred.length; ++i) {
            if (barred[i] == owner) return;
        }
        barred.push(owner);
    }

    function _others(address[] memory members) private pure returns (uint256 count) {
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i] != address(0)) ++count;
        }
    }

    function _appealBond(Cut storage c) private view returns (uint256) {
        uint256 cutWei = uint256(c.stakedWei) + c.unbondingWei;
        uint256 leastWei = _parameters.get(Param.MinNodeStakeWei) * FRAUD_BPS / BPS;
        uint256 bondWei = (cutWei > leastWei ? cutWei : leastWei) * APPEAL_BOND_BPS / BPS;
        return bondWei > 0 ? bondWei : 1;
    }

    function _until(Cut storage c) private view returns (uint256) {
        if (c.phase == CutPhase.Locked) return c.since + APPEAL_SECONDS;
        if (c.phase != CutPhase.Appealed) return 0;
        uint256 madeAt = _registry.madeAt(c.judgedBy);
        if (madeAt == 0) return 0;
        return (madeAt > c.since ? madeAt : c.since) + DECIDE_SECONDS;
    }

    function _return(address node, bytes32 evidenceDigest, Cut storage c) private {
        Bond storage bond = _bonds[node];
        bool isIn = _reinstate(node, evidenceDigest, c);
        // Who has left meanwhile could not set it on its way out any more.
        bond.stakedWei += isIn ? c.stakedWei : 0;
        bond.unbondingWei += c.unbondingWei + (isIn ? 0 : c.stakedWei);
        _credit(_ownerOf(node), c.bondWei);
        _end(node, c, CutPhase.Returned);
    }

    function _take(address node, bytes32 evidenceDigest, Cut storage c, uint256 bondWei) private {
        uint256 amountWei = uint256(c.stakedWei) + c.unbondingWei + bondWei;
        emit CutFinal(node, evidenceDigest, amountWei);
        _share(node, amountWei, c.reporter);
        _end(node, c, CutPhase.Gone);
    }

    function _end(address node, Cut storage c, CutPhase phase) private {
        c.phase = phase;
        lockedOf[node] -= uint256(c.stakedWei) + c.unbondingWei + c.bondWei;
    }
}
