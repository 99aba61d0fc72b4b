// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Param, Parameters} from "../Parameters.sol";
import {MyelinDirectory} from "../MyelinDirectory.sol";
import {Module} from "./Module.sol";

/// @title Stakes that can be slashed until they have left
/// @notice An account's bond is staked or unbonding; both can be slashed. What is slashed becomes credits, which their owners fetch.
/// Tokens held here = staked + unbonding + credits, always.
abstract contract Bonds is Module, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    struct Bond {
        uint128 stakedWei;
        uint128 unbondingWei;
        uint64 withdrawableAt;
    }

    /// @notice A reporter's part of what is slashed, in ten-thousandths; the rest is the treasury's.
    uint256 public constant REPORTER_BPS = 1_000;
    uint256 internal constant BPS = 10_000;

    IERC20 internal immutable _token;
    Parameters internal immutable _parameters;

    mapping(address account => Bond bond) internal _bonds;
    /// @notice What an account can fetch here.
    mapping(address account => uint256 creditWei) public credits;

    /// @notice The account's stake grew.
    event Staked(address indexed account, uint256 amountWei, uint256 stakedWei);
    /// @notice A part of the stake is on its way out; with what was on its way before it leaves at the given time.
    event Unbonding(address indexed account, uint256 amountWei, uint64 withdrawableAt);
    /// @notice A stake left.
    event StakeWithdrawn(address indexed account, address indexed to, uint256 amountWei);
    /// @notice A stake was cut.
    event Slashed(address indexed account, uint256 amountWei, address indexed reporter);
    /// @notice Somebody has more to fetch here.
    event Credited(address indexed account, uint256 amountWei);
    /// @notice Credits were fetched.
    event CreditWithdrawn(address indexed account, uint256 amountWei);

    /// @notice Zero was given where an amount is needed.
    error ZeroAmount();
    /// @notice Not as much is staked.
    error NotStaked(uint256 amountWei, uint256 stakedWei);
    /// @notice Less would be staked than must be.
    error StakeTooSmall(uint256 stakedWei, uint256 minWei);
    /// @notice The stake has to wait longer.
    error StillBonded(uint64 withdrawableAt);
    /// @notice There is nothing to fetch.
    error NothingToWithdraw();

    constructor(MyelinDirectory directory, address expected) Module(directory, expected) {
        _token = IERC20(directory.token());
        _parameters = Parameters(directory.parameters());
    }

    /// @notice An account's bond.
    function bondOf(address account) external view returns (Bond memory) {
        return _bonds[account];
    }

    /// @notice Pays out an account's credits, to itself; anyone may pay the gas.
    function withdrawCredit(address account) external nonReentrant {
        uint256 amountWei = credits[account];
        if (amountWei == 0) revert NothingToWithdraw();
        credits[account] = 0;
        emit CreditWithdrawn(account, amountWei);
        _token.safeTransfer(account, amountWei);
    }

    /// @dev What arrives of `amountWei` from the caller.
    function _receive(uint256 amountWei) internal returns (uint256 receivedWei) {
        if (amountWei == 0) revert ZeroAmount();
        uint256 before = _token.balanceOf(address(this));
        _token.safeTransferFrom(msg.sender, address(this), amountWei);
        return _token.balanceOf(address(this)) - before;
    }

    function _stake(address account, uint256 amountWei, uint256 minWei) internal {
        uint256 stakedWei = _bonds[account].stakedWei + _receive(amountWei);
        if (stakedWei < minWei) revert StakeTooSmall(stakedWei, minWei);
        _bonds[account].stakedWei = uint128(stakedWei);
        emit Staked(account, amountWei, stakedWei);
    }

    function _unbond(address account, uint256 amountWei) internal {
        Bond storage bond = _bonds[account];
        if (amountWei == 0) revert ZeroAmount();
        if (amountWei > bond.stakedWei) revert NotStaked(amountWei, bond.stakedWei);
        uint64 withdrawableAt = uint64(block.timestamp + _parameters.get(Param.UnbondingSeconds));
        bond.stakedWei -= uint128(amountWei);
        bond.unbondingWei += uint128(amountWei);
        bond.withdrawableAt = withdrawableAt;
        emit Unbonding(account, amountWei, withdrawableAt);
    }

    function _withdraw(address account, address to) internal {
        Bond storage bond = _bonds[account];
        uint256 amountWei = bond.unbondingWei;
        if (amountWei == 0) revert NothingToWithdraw();
        if (block.timestamp < bond.withdrawableAt) revert StillBonded(bond.withdrawableAt);
        bond.unbondingWei = 0;
        emit StakeWithdrawn(account, to, amountWei);
        _token.safeTransfer(to, amountWei);
    }

    /// @dev Cuts both parts of a bond by a share; what is cut goes to the reporter and the treasury.
    function _slash(address account, uint256 shareBps, address reporter) internal {
        (uint256 fromStaked, uint256 fromUnbonding) = _cut(account, shareBps);
        _share(account, fromStaked + fromUnbonding, reporter);
    }

    /// @dev Takes a share of both parts of a bond; the caller says what becomes of it.
    function _cut(address account, uint256 shareBps) internal returns (uint256 fromStaked, uint256 fromUnbonding) {
        Bond storage bond = _bonds[account];
        fromStaked = bond.stakedWei * shareBps / BPS;
        fromUnbonding = bond.unbondingWei * shareBps / BPS;
        bond.stakedWei -= uint128(fromStaked);
        bond.unbondingWei -= uint128(fromUnbonding);
    }

    /// @dev Gives what was cut to the reporter and the treasury.
    function _share(address account, uint256 cutWei, address reporter) internal {
        emit Slashed(account, cutWei, reporter);
        uint256 rewardWei = cutWei * REPORTER_BPS / BPS;
        _credit(reporter, rewardWei);
        _credit(_parameters.treasury(), cutWei - rewardWei);
    }

    /// @dev Takes up to an amount from a bond for somebody it is owed to.
    function _compensate(address account, uint256 amountWei, address to) internal returns (uint256 paidWei) {
        Bond storage bond = _bonds[account];
        uint256 fromStaked = amountWei < bond.stakedWei ? amountWei : bond.stakedWei;
        uint256 rest = amountWei - fromStaked;
        uint256 fromUnbonding = rest < bond.unbondingWei ? rest : bond.unbondingWei;
        bond.stakedWei -= uint128(fromStaked);
        bond.unbondingWei -= uint128(fromUnbonding);
        paidWei = fromStaked + fromUnbonding;
        emit Slashed(account, paidWei, to);
        _credit(to, paidWei);
    }

    function _credit(address account, uint256 amountWei) internal {
        if (amountWei == 0) return;
        credits[account] += amountWei;
        emit Credited(account, amountWei);
    }
}
