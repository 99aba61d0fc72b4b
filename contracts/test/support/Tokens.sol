// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @dev Takes one in a hundred of every transfer, once told to.
contract FeeToken is ERC20 {
    bool public taxed;

    constructor(address holder) ERC20("Fee", "FEE") {
        _mint(holder, 1e27);
    }

    function tax() external {
        taxed = true;
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (!taxed || from == address(0)) return super._update(from, to, amount);
        super._update(from, to, amount - amount / 100);
        super._update(from, address(0xFEE), amount / 100);
    }
}

/// @dev Answers false instead of reverting, to whom it does not like.
contract FalseToken is ERC20 {
    address public disliked;

    constructor(address holder) ERC20("False", "FLS") {
        _mint(holder, 1e27);
    }

    function dislike(address who) external {
        disliked = who;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (to == disliked) return false;
        return super.transfer(to, amount);
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (from == disliked) return false;
        return super.transferFrom(from, to, amount);
    }
}

/// @dev Calls back whoever is paid.
contract HookToken is ERC20 {
    constructor(address holder) ERC20("Hook", "HOK") {
        _mint(holder, 1e27);
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (to.code.length > 0) {
            (bool ok,) = to.call(abi.encodeWithSignature("paid()"));
            ok;
        }
    }
}
