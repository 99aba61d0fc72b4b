// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MyelinToken} from "../../src/MyelinToken.sol";
import {NodePool} from "../../src/NodePool.sol";
import {InferencePayment} from "../../src/InferencePayment.sol";
import {Session} from "../../src/Session.sol";
import {SessionQueue} from "../../src/SessionQueue.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {Brief, Outcome, Settlement} from "../../src/lib/Terms.sol";
import {World} from "../support/World.sol";

/// @dev Gas of whole transactions, calldata and the 21,000 included: run with --isolate. `contracts/check` compares with the committed table.
contract GasTest is World {
    string private constant GROUP = "gas";

    function note(string memory name) private {
        vm.snapshotGasLastCall(GROUP, name);
    }

    function per(string memory name, uint256 count) private {
        vm.snapshotValue(GROUP, name, vm.lastCallGas().gasTotalUsed / count);
    }

    /// @dev As in a network that runs: every signer has a share to show.
    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            vm.prank(vm.addr(validatorKey(i)));
            registry.contribute(0, keccak256(abi.encode(validatorOwner(i), keccak256(abi.encode(i)))));
        }
    }

    function test_open() public {
        open(gateway, 1, 3, 1 ether);
        open(gateway, 1, 3, 1 ether);
        note("open a session, 3 nodes, by allowance");
    }

    function test_openWithPermit() public {
        open(gateway, 1, 3, 1 ether);
        vm.prank(client);
        token.approve(address(payment), 0);
        Session.Opening memory o = opening(gateway, 1, someNodes(3), 1 ether);
        Session.Permit memory p;
        bytes32 hash = keccak256(
            abi.encode(
                keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"),
                client,
                address(payment),
                1 ether,
                0,
                block.timestamp
            )
        );
        bytes32 domain = MyelinToken(address(token)).DOMAIN_SEPARATOR();
        (p.v, p.r, p.s) = vm.sign(CLIENT_KEY, keccak256(abi.encodePacked(hex"1901", domain, hash)));
        (p.valueWei, p.deadline) = (1 ether, block.timestamp);
        sessions.open(o, p);
        note("open a session, 3 nodes, by a client's first permit");
    }

    function test_close() public {
        Live memory live = open(gateway, 1, 3, 1 ether);
        vm.prank(client);
        sessions.close(live.brief);
        note("close a session, 3 nodes");
    }

    function test_settle64() public {
        (InferencePayment.Item[] memory items,) = batch(64, false);
        settle(items);
        per("settle, per session, batch of 64, 3 payees, slots given back", 64);
    }

    function test_settle64Closed() public {
        (InferencePayment.Item[] memory items,) = batch(64, true);
        settle(items);
        per("settle, per session, batch of 64, 3 payees, closed before", 64);
    }

    function test_settle1() public {
        (InferencePayment.Item[] memory items,) = batch(1, false);
        settle(items);
        note("settle one session alone, 3 payees");
    }

    function test_finalize64() public {
        (InferencePayment.Item[] memory items, Brief[] memory briefs) = batch(64, true);
        settle(items);
        Settlement[] memory s = new Settlement[](64);
        for (uint256 i = 0; i < 64; ++i) {
            s[i] = settlementOf(items[i]);
        }
        vm.warp(block.timestamp + 2 days);
        payment.finalize(briefs, s);
        per("finalize, per session, batch of 64, 3 payees", 64);
    }

    function batch(uint256 size, bool close)
        private
        returns (InferencePayment.Item[] memory items, Brief[] memory briefs)
    {
        for (uint256 i = NODES; i < 20; ++i) {
            addNode(i, 64);
        }
        for (uint256 i = 0; i < 20; ++i) {
            if (i < NODES) {
                vm.prank(nodeOwner(i));
                nodes.setSlots(node(i), 64);
            }
            judge(node(i), NodePool.Verdict.Qualified);
        }
        pin();
        items = new InferencePayment.Item[](size);
        briefs = new Brief[](size);
        for (uint256 i = 0; i < size; ++i) {
            address[] memory list = new address[](3);
            for (uint256 n = 0; n < 3; ++n) {
                list[n] = node((i * 3 + n) % 20);
            }
            Session.Opening memory o = opening(gateway, 1, list, 1 ether);
            (briefs[i],) = sessions.termsOf(o);
            sessions.open(o, permitNone());
            if (close) {
                vm.prank(client);
                sessions.close(briefs[i]);
            }
            items[i] = item(briefs[i], earned(3, 0.123456789123456789 ether));
        }
    }

    function test_withdraw() public {
        Live memory live = open(gateway, 1, 3, 1 ether);
        Settlement memory s = settleOne(live.brief, earned(3, 0.1 ether));
        vm.warp(block.timestamp + 2 days);
        finalize(live.brief, s);
        payment.withdraw(client);
        note("withdraw, to an account that has tokens");
        payment.withdraw(nodeOwner(0));
        note("withdraw, to an account that has none");
    }

    function test_expire() public {
        Live memory live = open(gateway, 1, 3, 1 ether);
        vm.warp(block.timestamp + 3 days);
        payment.expire(live.brief);
        note("expire a session, 3 nodes");
        vm.warp(block.timestamp + 2 days);
        finalize(live.brief, nothing(live.brief, Outcome.Expired));
        note("finalize one session alone");
    }

    function test_claim() public {
        Live memory live = open(gateway, 1, 3, 1 ether);
        Settlement memory s = settleOne(live.brief, earned(3, 0.1 ether));
        bytes memory v = voucher(live.brief, 0, 1, 0.2 ether);
        payment.claim(live.brief, s, 0, 1, 0.2 ether, v);
        note("claim by a voucher");
    }

    function test_registry() public {
        vm.warp(block.timestamp + 1 hours);
        registry.makeSet();
        note("make a set of 7 validators");
        for (uint256 i = VALIDATORS; i < 128; ++i) {
            addValidator(i, 10_000 ether);
        }
        vm.warp(block.timestamp + 1 hours);
        registry.makeSet();
        note("make a set of 128 validators");
        vm.warp(block.timestamp + 1 hours);
        registry.makeSet();
        open(gateway, 1, 3, 1 ether);
        open(gateway, 1, 3, 1 ether);
        note("open a session, 3 nodes, committee out of 128");
    }

    function test_shares() public {
        vm.warp(block.timestamp + 1 hours);
        registry.makeSet();
        // Another came before: what all together pay once is paid.
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(vm.addr(validatorKey(i)));
            registry.contribute(keccak256(abi.encode(i)), keccak256(abi.encode(validatorOwner(i), "next")));
        }
        note("show a share and seal the next");
    }

    function test_bench() public {
        address owner = validatorOwner(0);
        bytes32 kind = registry.ABSENCE_VERDICT();
        uint64 window = uint64(block.timestamp) / registry.ABSENCE_WINDOW_SECONDS();
        bytes32 subject = registry.absenceSubject(owner, window);
        (uint256 seats, bytes memory s) = attest(
            registry.committeeFor(subject, 1, owner), 3, kind, subject, keccak256(abi.encode(kind, owner, window))
        );
        registry.bench(owner, window, seats, s);
        note("bench one of 7 validators");
        vm.prank(vm.addr(validatorKey(0)));
        registry.present();
        note("a benched validator is back");
    }
}
