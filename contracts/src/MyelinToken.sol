// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title The token of a development network; a live one names any ERC-20 at its deployment
contract MyelinToken is ERC20, ERC20Permit {
    /// @param holder gets the whole supply; nobody can make more
    constructor(address holder, uint256 supplyWei) ERC20("Myelin", "MYL") ERC20Permit("Myelin") {
        _mint(holder, supplyWei);
    }
}
