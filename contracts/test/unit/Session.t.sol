// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {World} from "../support/World.sol";
import {InferencePayment} from "../../src/InferencePayment.sol";
import {Session} from "../../src/Session.sol";

contract SessionTest is World {
    function test_opens() public {
        Live memory live = open(gateway, 1, 3, 1 ether);
        isTrue(phaseOf(live.brief.sessionId) == InferencePayment.Phase.Active, "active");
        equal(token.balanceOf(address(payment)), 1 ether, "escrow");
        equal(nodes.freeSlots(node(0)), 7, "a slot is taken");
    }
}
