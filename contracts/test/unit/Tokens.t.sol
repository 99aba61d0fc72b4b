// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {InferencePayment} from "../../src/InferencePayment.sol";
import {Session} from "../../src/Session.sol";
import {Settlement} from "../../src/lib/Terms.sol";
import {FalseToken, FeeToken, HookToken} from "../support/Tokens.sol";
import {World} from "../support/World.sol";

contract Greedy {
    InferencePayment private payment;
    uint256 public tries;

    constructor(InferencePayment p) {
        payment = p;
    }

    function paid() external {
        ++tries;
        payment.withdraw(address(this));
    }
}

contract TokensTest is World {
    function setUp() public override {
        vm.warp(START);
    }

    function test_aFeeOnTransferOpensNothing() public {
        FeeToken fee = new FeeToken(address(this));
        deploy(address(fee));
        populate();
        // What others have in escrow does not make up for it.
        token.transfer(address(payment), 5 ether);
        fee.tax();
        Session.Opening memory o = opening(gateway, 1, someNodes(2), 1 ether);
        vm.expectRevert(abi.encodeWithSelector(InferencePayment.Underfunded.selector, 0.99 ether, 1 ether));
        sessions.open(o, permitNone());
        equal(token.balanceOf(address(payment)), 5 ether, "nothing stays");
        equal(nodes.freeSlots(node(0)), 8, "no slot is taken");
    }

    function test_aStakeIsWhatArrives() public {
        FeeToken fee = new FeeToken(address(this));
        deploy(address(fee));
        populate();
        fund(validatorOwner(0), address(registry), 100 ether);
        fee.tax();
        uint256 before = registry.bondOf(validatorOwner(0)).stakedWei;
        vm.prank(validatorOwner(0));
        registry.stake(100 ether);
        equal(registry.bondOf(validatorOwner(0)).stakedWei - before, 99 ether, "less the fee");
    }

    function test_falseIsNotTaken() public {
        FalseToken f = new FalseToken(address(this));
        deploy(address(f));
        populate();
        Session.Opening memory o = opening(gateway, 1, someNodes(2), 1 ether);
        f.dislike(client);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(f)));
        sessions.open(o, permitNone());
        f.dislike(address(0));
        sessions.open(o, permitNone());
    }

    function test_onePayeeThatCannotBePaidBlocksNobody() public {
        FalseToken f = new FalseToken(address(this));
        deploy(address(f));
        populate();
        Live memory live = open(gateway, 1, 2, 1 ether);
        Settlement memory s = settleOne(live.brief, earned(2, 0.1 ether));
        f.dislike(nodeOwner(0));
        vm.warp(START + 1 days);
        finalize(live.brief, s);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(f)));
        payment.withdraw(nodeOwner(0));
        payment.withdraw(nodeOwner(1));
        payment.withdraw(client);
        equal(payment.credits(nodeOwner(0)), 0.08 ether, "its credit stays");
        vm.prank(nodeOwner(0));
        payment.withdrawTo(stranger);
        equal(token.balanceOf(stranger), 0.08 ether, "and can go elsewhere");
        vm.prank(nodeOwner(0));
        vm.expectRevert(InferencePayment.NothingToWithdraw.selector);
        payment.withdrawTo(stranger);
    }

    function test_callingBackGainsNothing() public {
        HookToken h = new HookToken(address(this));
        deploy(address(h));
        populate();
        Live memory live = open(address(queue), 1, 1, 1 ether);
        open(gateway, 1, 2, 1 ether);
        Greedy greedy = new Greedy(payment);
        address[] memory payees = new address[](1);
        payees[0] = address(greedy);
        uint256[] memory amounts = new uint256[](1);
        amounts[0] = 0.5 ether;
        vm.prank(address(queue));
        payment.payTask(live.brief.sessionId, payees, amounts, new address[](0));
        payment.withdraw(address(greedy));
        equal(token.balanceOf(address(greedy)), 0.45 ether, "once");
    }
}
