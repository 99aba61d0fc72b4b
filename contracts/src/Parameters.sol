// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {Module} from "./base/Module.sol";
import {MyelinDirectory} from "./MyelinDirectory.sol";

/// @notice What can be tuned. Amounts are in wei, times in seconds.
enum Param {
    CommitteeSize,
    Quorum,
    MinValidatorStakeWei,
    MinGatewayBondWei,
    MinNodeStakeWei,
    SubnetFeeWei,
    EpochSeconds,
    UnbondingSeconds,
    MaxSessionSeconds,
    SettleSeconds,
    ChallengeSeconds,
    QuoteSeconds,
    AckSeconds,
    PrecommitSeconds,
    CommitSeconds,
    ValidateSeconds,
    Treasury
}

/// @title Parameters within bounds, behind a timelock
/// @notice The owner can only propose. A proposal takes effect after two days, when anyone applies it; nobody applies it after two weeks.
/// The bounds are code. Unbonding lasts longer than a session, its settlement and its challenge window can: who may be slashed for a session
/// still has its stake here.
contract Parameters is Module, Ownable2Step {
    /// @notice From a proposal until it can be applied.
    uint64 public constant DELAY_SECONDS = 2 days;
    /// @notice From then on until it cannot be applied any more.
    uint64 public constant GRACE_SECONDS = 14 days;

    struct Proposal {
        uint256 value;
        uint64 dueAt;
    }

    /// @dev The numbers that an opening and a settlement need together share a word, 25 bits each: their bounds are below 2^25.
    uint256 private constant SMALL_BITS = 25;
    uint256 private constant SMALL_MASK = 2 ** SMALL_BITS - 1;
    uint256 private _small;
    mapping(Param param => uint256 value) private _values;
    /// @notice What is proposed for a parameter; `dueAt` 0 when nothing is.
    mapping(Param param => Proposal proposal) public proposals;

    /// @notice A value was proposed and can be applied from `dueAt` on.
    event Proposed(Param indexed param, uint256 value, uint64 dueAt);
    /// @notice A proposal was withdrawn.
    event Cancelled(Param indexed param, uint256 value);
    /// @notice A value holds from now on.
    event Applied(Param indexed param, uint256 value);

    /// @notice The value is outside of what the code allows.
    error OutOfBounds(Param param, uint256 value, uint256 min, uint256 max);
    /// @notice The quorum must be a majority of the committee and not more than it.
    error BadQuorum(uint256 quorum, uint256 committeeSize);
    /// @notice Nothing is proposed for this parameter.
    error NotProposed(Param param);
    /// @notice The proposal cannot be applied yet.
    error TooEarly(uint64 dueAt);
    /// @notice The proposal was not applied in time.
    error TooLate(uint64 until);

    /// @param directory this network's directory
    /// @param owner who may propose
    /// @param firstTreasury who gets the treasury's share at first
    constructor(MyelinDirectory directory, address owner, address firstTreasury)
        Module(directory, directory.parameters())
        Ownable(owner)
    {
        _set(Param.CommitteeSize, 5);
        _set(Param.Quorum, 3);
        _set(Param.MinValidatorStakeWei, 10_000 ether);
        _set(Param.MinGatewayBondWei, 5_000 ether);
        _set(Param.MinNodeStakeWei, 100 ether);
        _set(Param.SubnetFeeWei, 100 ether);
        _set(Param.EpochSeconds, 1 hours);
        _set(Param.UnbondingSeconds, 14 days);
        _set(Param.MaxSessionSeconds, 7 days);
        _set(Param.SettleSeconds, 1 days);
        _set(Param.ChallengeSeconds, 1 days);
        _set(Param.QuoteSeconds, 1 hours);
        _set(Param.AckSeconds, 30);
        _set(Param.PrecommitSeconds, 300);
        _set(Param.CommitSeconds, 60);
        _set(Param.ValidateSeconds, 600);
        _check(Param.Treasury, uint160(firstTreasury));
        _set(Param.Treasury, uint160(firstTreasury));
        for (uint8 i = 0; i <= uint8(type(Param).max); ++i) {
            emit Applied(Param(i), _get(Param(i)));
        }
    }

    /// @notice The value that holds now.
    function get(Param param) external view returns (uint256) {
        return _get(param);
    }

    /// @notice Two values that hold now.
    function getTwo(Param first, Param second) external view returns (uint256, uint256) {
        return (_get(first), _get(second));
    }

    /// @notice Who gets the treasury's share.
    function treasury() external view returns (address) {
        return address(uint160(_values[Param.Treasury]));
    }

    /// @notice The bounds of a parameter, both inclusive.
    function bounds(Param param) public pure returns (uint256 min, uint256 max) {
        if (param == Param.CommitteeSize) return (3, 15);
        if (param == Param.Quorum) return (2, 15);
        if (param == Param.EpochSeconds) return (10 minutes, 7 days);
        if (param == Param.UnbondingSeconds) return (14 days, 60 days);
        if (param == Param.MaxSessionSeconds) return (1 hours, 8 days);
        if (param == Param.SettleSeconds) return (10 minutes, 2 days);
        if (param == Param.ChallengeSeconds) return (1 hours, 3 days);
        if (param == Param.QuoteSeconds) return (1 minutes, 1 days);
        if (param == Param.Treasury) return (1, type(uint160).max);
        if (uint8(param) >= uint8(Param.AckSeconds)) return (5, 1 days);
        return (1, 1e27); // amounts: up to a billion tokens
    }

    /// @notice Proposes a value. A proposal that stood before is replaced and the wait starts anew.
    function propose(Param param, uint256 value) external onlyOwner {
        _check(param, value);
        uint64 dueAt = uint64(block.timestamp) + DELAY_SECONDS;
        proposals[param] = Proposal(value, dueAt);
        emit Proposed(param, value, dueAt);
    }

    /// @notice Withdraws a proposal.
    function cancel(Param param) external onlyOwner {
        Proposal memory proposal = proposals[param];
        if (proposal.dueAt == 0) revert NotProposed(param);
        delete proposals[param];
        emit Cancelled(param, proposal.value);
    }

    /// @notice Applies a proposal that waited long enough; anyone may.
    function execute(Param param) external {
        Proposal memory proposal = proposals[param];
        if (proposal.dueAt == 0) revert NotProposed(param);
        if (block.timestamp < proposal.dueAt) revert TooEarly(proposal.dueAt);
        if (block.timestamp > proposal.dueAt + GRACE_SECONDS) revert TooLate(proposal.dueAt + GRACE_SECONDS);
        delete proposals[param];
        _set(param, proposal.value);
        uint256 quorum = _get(Param.Quorum);
        uint256 size = _get(Param.CommitteeSize);
        if (quorum > size || 2 * quorum <= size) revert BadQuorum(quorum, size);
        emit Applied(param, proposal.value);
    }

    function _get(Param param) private view returns (uint256) {
        (bool small, uint256 shift) = _place(param);
        return small ? _small >> shift & SMALL_MASK : _values[param];
    }

    function _set(Param param, uint256 value) private {
        (bool small, uint256 shift) = _place(param);
        if (small) _small = _small & ~(SMALL_MASK << shift) | value << shift;
        else _values[param] = value;
    }

    /// @dev Whether a parameter is in the shared word, and where: the committee's two, then the times from MaxSessionSeconds on.
    function _place(Param param) private pure returns (bool small, uint256 shift) {
        unchecked {
            uint256 i = uint256(param);
            if (i >= uint256(Param.MaxSessionSeconds)) return (i < uint256(Param.Treasury), (i - 6) * SMALL_BITS);
            return (i <= uint256(Param.Quorum), i * SMALL_BITS);
        }
    }

    function _check(Param param, uint256 value) private pure {
        (uint256 min, uint256 max) = bounds(param);
        if (value < min || value > max) revert OutOfBounds(param, value, min, max);
    }
}
