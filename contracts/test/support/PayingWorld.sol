// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {InferencePayment} from "../../src/InferencePayment.sol";
import {Brief, Settlement} from "../../src/lib/Terms.sol";
import {World} from "./World.sol";

/// @dev What tests of settlements share.
abstract contract PayingWorld is World {
    uint128 internal constant ETH = 1 ether;

    function sumOfValidators() internal view returns (uint256 sum) {
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            sum += payment.credits(validatorOwner(i));
        }
    }

    function everythingLeaves() internal {
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            payOut(validatorOwner(i));
        }
        for (uint256 i = 0; i < NODES; ++i) {
            payOut(nodeOwner(i));
        }
        payOut(gatewayOwner);
        payOut(client);
        payOut(treasury);
        equal(token.balanceOf(address(payment)), 0, "nothing stays");
    }

    function payOut(address account) internal {
        uint256 credit = payment.credits(account);
        if (credit == 0) return;
        uint256 before = token.balanceOf(account);
        payment.withdraw(account);
        equal(token.balanceOf(account) - before, credit, "paid out");
        equal(payment.credits(account), 0, "once");
    }

    function one(Brief memory brief, uint128[] memory earned_)
        internal
        pure
        returns (InferencePayment.Item[] memory items)
    {
        items = new InferencePayment.Item[](1);
        items[0] = item(brief, earned_);
    }

    function wrongPhase(bytes32 id, InferencePayment.Phase phase) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(InferencePayment.WrongPhase.selector, id, phase);
    }

    // Rescues.

    /// @dev What a rescued item pays: no root, nothing for the gateway.
    function rescueOf(InferencePayment.Item memory i) internal pure returns (Settlement memory s) {
        s = settlementOf(i);
        s.receiptsRoot = 0;
        s.gatewayWei = 0;
    }

    function attestRescue(InferencePayment.Item[] memory items)
        internal
        view
        returns (uint256 seats, bytes memory signatures)
    {
        Settlement[] memory list = new Settlement[](items.length);
        for (uint256 i = 0; i < items.length; ++i) {
            list[i] = rescueOf(items[i]);
        }
        return batchAttestation(items, list);
    }
}
