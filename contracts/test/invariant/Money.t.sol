// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Appeals} from "../../src/base/Appeals.sol";
import {Bonds} from "../../src/base/Bonds.sol";
import {InferencePayment} from "../../src/InferencePayment.sol";
import {NodePool} from "../../src/NodePool.sol";
import {Session} from "../../src/Session.sol";
import {Brief, Outcome, Seat, Settlement, Tail, Terms} from "../../src/lib/Terms.sol";
import {Typed} from "../../src/lib/Typed.sol";
import {Test} from "../support/Test.sol";
import {World} from "../support/World.sol";

/// @dev Acts as client, relayer, gateway, nodes, validators and attacker, and keeps books of its own.
contract MoneyActors is World {
    struct Book {
        Brief brief;
        Settlement settlement;
        InferencePayment.Phase phase;
        bool holdsSlots;
        uint256 vouched;
    }

    Book[] private _books;
    uint256[] private _live;
    uint256[] private _ended;
    uint256 public takenWei;
    uint256 public calls;

    address[] private _accounts;
    // Deriving an address from a key takes longer than most calls.
    mapping(address node => uint256 place) private _placeOf;
    address[] private _nodeAt;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            _accounts.push(validatorOwner(i));
        }
        for (uint256 i = 0; i < NODES; ++i) {
            _accounts.push(nodeOwner(i));
            _nodeAt.push(node(i));
            _placeOf[node(i)] = i;
            // For the bonds of appeals.
            fund(nodeOwner(i), address(nodes), 10 ether);
        }
        _accounts.push(gatewayOwner);
        _accounts.push(client);
        _accounts.push(treasury);
        _accounts.push(stranger);
        pin();
    }

    modifier counted() {
        ++calls;
        _;
    }

    function _pick(uint256 seed) private view returns (bool any, uint256 place) {
        if (_live.length == 0) return (false, 0);
        return (true, seed % _live.length);
    }

    // Clients and relayers.

    function open(uint256 seed, uint96 budget, uint8 count) external counted {
        if (_live.length >= 8) return;
        uint256 budgetWei = bound(budget, 1, 2 ether);
        address[] memory list = new address[](1 + count % 3);
        for (uint256 i = 0; i < list.length; ++i) {
            list[i] = _nodeAt[(seed % NODES + i) % NODES];
            if (nodes.freeSlots(list[i]) == 0) return;
        }
        if (token.balanceOf(client) < budgetWei || !subnets.isReady(gateway)) return;
        Session.Opening memory o = opening(gateway, 1, list, budgetWei);
        (Brief memory brief, Tail memory tail) = sessions.termsOf(o);
        address[] memory c = registry.committee(tail.seed, o.validatorSet);
        uint256 sit;
        for (uint256 i = 0; i < c.length; ++i) {
            if (c[i] != address(0)) ++sit;
            for (uint256 j = 0; j < i; ++j) {
                isTrue(c[i] != c[j] || c[i] == address(0), "a committee never holds two seats of one owner");
            }
        }
        equal(sit, 5, "whoever is benched, five sit");
        vm.prank(stranger);
        sessions.open(o, permitNone());
        Book storage b = _books.push();
        _copy(b, brief);
        b.phase = InferencePayment.Phase.Active;
        b.holdsSlots = true;
        takenWei += budgetWei;
        _live.push(_books.length - 1);
        vm.prank(stranger);
        try sessions.open(o, permitNone()) {
            revert("opened twice");
        } catch {}
    }

    function close(uint256 seed, bool byGateway) external counted {
        (bool any, uint256 place) = _pick(seed);
        if (!any) return;
        Book storage b = _books[_live[place]];
        vm.prank(byGateway ? gateway : client);
        try sessions.close(b.brief) {
            isTrue(b.phase == InferencePayment.Phase.Active, "only what is active closes");
            b.phase = InferencePayment.Phase.Closing;
            b.holdsSlots = false;
        } catch {
            isTrue(b.phase != InferencePayment.Phase.Active, "what is active can close");
        }
    }

    // The gateway.

    /// @dev One session, or two of which the second may have ended before; the first sometimes ends between signature and settlement.
    function settle(uint256 seed, uint96 a, uint96 c, uint96 d) external counted {
        (bool any, uint256 place) = _pick(seed);
        if (!any) return;
        pin();
        uint256[] memory chosen = new uint256[](seed % 5 < 2 ? 2 : 1);
        chosen[0] = _live[place];
        if (chosen.length == 2) chosen[1] = (seed >> 8) % _books.length;
        InferencePayment.Item[] memory items = new InferencePayment.Item[](chosen.length);
        bool within = true;
        for (uint256 i = 0; i < chosen.length; ++i) {
            Brief memory brief = _books[chosen[i]].brief;
            uint256 spent;
            (items[i], spent) = _earned(brief, i == 0 ? [a, c, d] : [d, a, c]);
            if (spent > brief.head.budgetWei) within = false;
        }
        (uint256 seats, bytes memory signatures) = batchAttestation(items);
        if (seed % 5 == 0) giveUpNow(_books[chosen[0]]);
        vm.prank(gateway);
        try payment.settle(items, seats, signatures) {
            isTrue(within, "within the budget");
            for (uint256 i = 0; i < chosen.length; ++i) {
                Book storage b = _books[chosen[i]];
                // What has ended is skipped: its book stays as it is, and so must the escrow's.
                if (b.phase < InferencePayment.Phase.Settled) _settled(b, settlementOf(items[i]));
            }
        } catch {
            isTrue(!within, "a good settlement is taken, whatever ended meanwhile");
        }
    }

    function _earned(Brief memory brief, uint96[3] memory amounts)
        private
        pure
        returns (InferencePayment.Item memory, uint256 spent)
    {
        uint128[] memory earned_ = new uint128[](brief.seats.length);
        for (uint256 i = 0; i < earned_.length; ++i) {
            earned_[i] = uint128(bound(amounts[i], 0, brief.head.budgetWei));
            spent += earned_[i];
        }
        return (item(brief, earned_), spent);
    }

    function giveUpNow(Book storage b) private {
        if (b.phase >= InferencePayment.Phase.Settled) return;
        vm.prank(gateway);
        payment.fail(b.brief);
        _settled(b, nothing(b.brief, Outcome.Failed));
    }

    function giveUp(uint256 seed) external counted {
        (bool any, uint256 place) = _pick(seed);
        if (!any || seed % 3 > 0) return;
        Book storage b = _books[_live[place]];
        vm.prank(gateway);
        try payment.fail(b.brief) {
            isTrue(b.phase < InferencePayment.Phase.Settled, "once");
            _settled(b, nothing(b.brief, Outcome.Failed));
        } catch {}
    }

    // Anyone.

    function expire(uint256 seed) external counted {
        (bool any, uint256 place) = _pick(seed);
        if (!any) return;
        Book storage b = _books[_live[place]];
        vm.prank(stranger);
        try payment.expire(b.brief) {
            isTrue(b.phase < InferencePayment.Phase.Settled, "once");
            _settled(b, nothing(b.brief, Outcome.Expired));
        } catch {}
    }

    function finalize(uint256 seed) external counted {
        (bool any, uint256 place) = _pick(seed);
        if (!any) return;
        Book storage b = _books[_live[place]];
        (, uint256 until) = payment.recordOf(b.brief.sessionId);
        bool due = b.phase == InferencePayment.Phase.Settled && block.timestamp >= until;
        try this.finalizeOne(_live[place]) {
            isTrue(due, "not before its time");
            b.phase = InferencePayment.Phase(uint8(InferencePayment.Phase.Closed) + uint8(b.settlement.outcome));
            _ended.push(_live[place]);
            _live[place] = _live[_live.length - 1];
            _live.pop();
        } catch {
            isTrue(!due, "after its time it can");
        }
    }

    function finalizeOne(uint256 n) external {
        finalize(_books[n].brief, _books[n].settlement);
    }

    function withdraw(uint256 seed) external counted {
        address account = _accounts[seed % _accounts.length];
        uint256 credit = payment.credits(account);
        uint256 before = token.balanceOf(account);
        vm.prank(stranger);
        try payment.withdraw(account) {
            equal(token.balanceOf(account) - before, credit, "what was credited");
        } catch {
            equal(credit, 0, "a credit can be fetched");
        }
        if (registry.credits(account) > 0) registry.withdrawCredit(account);
        if (subnets.credits(account) > 0) subnets.withdrawCredit(account);
        if (nodes.credits(account) > 0) nodes.withdrawCredit(account);
    }

    function pass(uint32 time) external counted {
        vm.warp(block.timestamp + bound(time, 1, 12 hours));
        try registry.makeSet() {} catch {}
    }

    // Validators.

    /// @dev One is found absent, or is back.
    function bench(uint256 seed, bool back) external counted {
        // Seldom: three signatures are as much work as a session.
        if (seed % 4 != 0) return;
        address owner = validatorOwner((seed / 4) % VALIDATORS);
        if (back && registry.validatorOf(owner).benchedUntil > block.timestamp) {
            vm.prank(owner);
            registry.present();
            return;
        }
        bytes32 kind = registry.ABSENCE_VERDICT();
        uint64 window = uint64(block.timestamp / 5 minutes);
        bytes32 subject = registry.absenceSubject(owner, window);
        (uint256 seats, bytes memory s) = attest(
            registry.committeeFor(subject, registry.setVersion(), owner),
            3,
            kind,
            subject,
            keccak256(abi.encode(kind, owner, window))
        );
        // Refused in a window that it was found absent in before, and where too few would be left.
        try registry.bench(owner, window, seats, s) {
            uint256 benched;
            for (uint256 i = 0; i < VALIDATORS; ++i) {
                if (registry.validatorOf(validatorOwner(i)).benchedUntil > block.timestamp) ++benched;
            }
            isTrue(benched <= 2, "never so many that fewer than a committee are left");
        } catch {}
    }

    // Nodes.

    function claim(uint256 seed, uint8 seat, uint96 more) external counted {
        (bool any, uint256 place) = _pick(seed);
        if (!any) return;
        Book storage b = _books[_live[place]];
        if (b.phase != InferencePayment.Phase.Settled) return;
        uint256 s = seat % b.brief.seats.length;
        uint128 earned_ = b.settlement.earnedWei[s] + uint128(bound(more, 0, 1 ether));
        bytes memory v = voucher(b.brief, s, 1, earned_);
        (, uint256 until) = payment.recordOf(b.brief.sessionId);
        bool suspended = nodes.nodeOf(b.brief.seats[s].node).standing == NodePool.Standing.Suspended;
        bool may = earned_ > b.settlement.earnedWei[s] && block.timestamp < until && !suspended;
        try payment.claim(b.brief, b.settlement, s, 1, earned_, v) {
            isTrue(may, "in time, for more, and for none that is suspended");
            _claimed(b.settlement, s, earned_);
        } catch {
            isTrue(!may, "a true claim is taken");
        }
    }

    function judged(uint256 seed, uint8 v) external counted {
        address n = _nodeAt[seed % NODES];
        NodePool.Verdict verdict_ = v % 8 == 0
            ? NodePool.Verdict.Disqualified
            : v % 8 == 1 ? NodePool.Verdict.Reinstated : v % 16 == 2 ? NodePool.Verdict.Fraud : NodePool.Verdict.Qualified;
        (uint256 seats, bytes memory s) = judgement(n, verdict_);
        try nodes.judge(n, verdict_, "evidence", seats, s) {} catch {}
    }

    /// @dev An owner appeals, other owners decide, or somebody ends what nobody decided.
    function appealed(uint256 seed, uint8 how) external counted {
        uint256 place = (seed / 4) % NODES;
        address n = _nodeAt[place];
        Appeals.Cut memory c = nodes.cutOf(n, "evidence");
        uint256 until = nodes.cutOpenUntil(n, "evidence");
        if (how % 3 == 0) {
            vm.prank(nodeOwner(place));
            try nodes.appeal(n, "evidence") {
                isTrue(c.phase == Appeals.CutPhase.Locked && block.timestamp < until, "in time");
            } catch {}
        } else if (how % 3 == 1) {
            if (c.phase == Appeals.CutPhase.Appealed && until > 0) _decide(n, c.judgedBy, until, seed % 2 == 0);
        } else {
            bool open_ = c.phase == Appeals.CutPhase.Locked || c.phase == Appeals.CutPhase.Appealed;
            try nodes.finalizeCut(n, "evidence") {
                isTrue(open_ && until > 0 && block.timestamp >= until, "in its time, and once");
            } catch {
                isTrue(!open_ || until == 0 || block.timestamp < until, "after its time anybody ends it");
            }
        }
    }

    function _decide(address n, uint64 judgedBy, uint256 until, bool overturned) private {
        bytes32 subject = nodes.appealSubject(n, "evidence");
        address[] memory members = registry.committeeWithout(subject, judgedBy, nodes.barredOf(n, "evidence"));
        uint256 sit;
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i] != address(0)) ++sit;
        }
        if (sit < 3) return;
        bytes32 content = keccak256(abi.encode(Typed.APPEAL_VERDICT, n, bytes32("evidence"), overturned));
        (uint256 seats, bytes memory s) = attest(members, 3, Typed.APPEAL_VERDICT, subject, content);
        try nodes.decide(n, "evidence", overturned, seats, s) {
            isTrue(block.timestamp < until, "in time");
        } catch {
            isTrue(block.timestamp >= until, "what others agree to in time is taken");
        }
    }

    // Validators.

    function validator(uint256 seed, uint96 amount, uint8 what) external counted {
        address owner = validatorOwner(seed % VALIDATORS);
        vm.startPrank(owner);
        if (what % 3 == 0) {
            token.approve(address(registry), type(uint256).max);
            try registry.stake(bound(amount, 1, 100 ether)) {} catch {}
        } else if (what % 3 == 1) {
            try registry.unbond(bound(amount, 1, 100 ether)) {} catch {}
        } else {
            try registry.withdraw(owner) {} catch {}
        }
        vm.stopPrank();
    }

    // The attacker.

    function attack(uint256 seed, uint8 how, uint96 amount) external counted {
        uint256 n = _books.length;
        if (n == 0) return;
        Book storage b = _books[seed % n];
        vm.startPrank(stranger);
        if (how % 8 == 0) {
            Settlement memory s = b.settlement;
            s.clientWei += uint128(amount) + 1;
            Brief[] memory briefs = new Brief[](1);
            Settlement[] memory list = new Settlement[](1);
            briefs[0] = b.brief;
            list[0] = s;
            try payment.finalize(briefs, list) {
                revert("paid by a settlement of its own");
            } catch {}
        } else if (how % 8 == 1) {
            Brief memory brief = b.brief;
            brief.head.client = stranger;
            try payment.expire(brief) {
                revert("expired to somebody else");
            } catch {}
        } else if (how % 8 == 2) {
            try payment.withdrawTo(stranger) {
                isTrue(false, "an attacker has no credit");
            } catch {}
        } else if (how % 8 == 3) {
            bytes memory v = sign(CLIENT_KEY, keccak256("x"));
            try payment.claim(b.brief, b.settlement, 0, 1, type(uint128).max, v) {
                revert("claimed with a forged voucher");
            } catch {}
        } else if (how % 8 == 4) {
            try payment.fail(b.brief) {
                revert("given up by a stranger");
            } catch {}
        } else if (how % 8 == 5) {
            try nodes.release(b.brief.seats) {
                revert("released by a stranger");
            } catch {}
        } else if (how % 8 == 6 && b.phase >= InferencePayment.Phase.Closed) {
            try this.finalizeOne(seed % n) {
                revert("paid twice");
            } catch {}
        } else {
            try payment.payTask(b.brief.sessionId, new address[](0), new uint256[](0), new address[](0)) {
                revert("paid as the queue");
            } catch {}
        }
        vm.stopPrank();
    }

    // Books.

    function _settled(Book storage b, Settlement memory s) private {
        b.phase = InferencePayment.Phase.Settled;
        b.holdsSlots = false;
        b.settlement = s;
    }

    /// @dev The rule of a claim, written a second time.
    function _claimed(Settlement storage s, uint256 seat, uint128 earned_) private {
        uint256 due = (earned_ - s.earnedWei[seat]) * uint256(4) / 5;
        uint256 gateway_ = due > s.gatewayWei ? s.gatewayWei : due;
        s.earnedWei[seat] = earned_;
        s.gatewayWei -= uint128(gateway_);
        s.nodeWei[seat] += uint128(gateway_);
    }

    function _copy(Book storage b, Brief memory brief) private {
        b.brief.sessionId = brief.sessionId;
        b.brief.head = brief.head;
        b.brief.tailDigest = brief.tailDigest;
        for (uint256 i = 0; i < brief.seats.length; ++i) {
            b.brief.seats.push(brief.seats[i]);
        }
    }

    /// @dev What must hold after every call.
    function check() external view {
        // Sums that are wrong stay wrong: looking at every fourth call finds them too, and lets four times as many calls be made.
        if (calls % 4 != 0) return;
        uint256 owedWei;
        uint256[NODES] memory held;
        for (uint256 i = 0; i < _live.length; ++i) {
            Book storage b = _books[_live[i]];
            isTrue(phaseOf(b.brief.sessionId) == b.phase, "phase");
            if (b.phase == InferencePayment.Phase.Settled) owedWei += _owed(b.settlement);
            else owedWei += b.brief.head.budgetWei;
            if (!b.holdsSlots) continue;
            for (uint256 s = 0; s < b.brief.seats.length; ++s) {
                ++held[_placeOf[b.brief.seats[s].node]];
            }
        }
        for (uint256 n = 0; n < NODES; ++n) {
            NodePool.Node memory info = nodes.nodeOf(_nodeAt[n]);
            equal(info.reserved, held[n], "slots are held by sessions that have them");
            isTrue(info.reserved + info.untested <= info.slots, "slots are never over-reserved");
        }
        if (_ended.length > 0) {
            Book storage e = _books[_ended[calls % _ended.length]];
            isTrue(phaseOf(e.brief.sessionId) == e.phase, "an end is final");
        }
        uint256 staked = _staked(registry, true);
        uint256 pooled = _staked(nodes, false);
        for (uint256 i = 0; i < _accounts.length; ++i) {
            owedWei += payment.credits(_accounts[i]);
            staked += registry.credits(_accounts[i]);
            pooled += nodes.credits(_accounts[i]);
        }
        for (uint256 i = 0; i < NODES; ++i) {
            pooled += nodes.lockedOf(_nodeAt[i]);
            Appeals.Cut memory c = nodes.cutOf(_nodeAt[i], "evidence");
            bool open_ = c.phase == Appeals.CutPhase.Locked || c.phase == Appeals.CutPhase.Appealed;
            uint256 cutWei = uint256(c.stakedWei) + c.unbondingWei + c.bondWei;
            equal(nodes.lockedOf(_nodeAt[i]), open_ ? cutWei : 0, "locked is what is not ended");
        }
        staked += registry.credits(address(this));
        pooled += nodes.credits(address(this));
        equal(token.balanceOf(address(payment)), owedWei, "tokens = escrow + what is to be paid + credits");
        equal(token.balanceOf(address(registry)), staked, "tokens = stakes + credits");
        equal(token.balanceOf(address(nodes)), pooled, "tokens = stakes + locked + credits");
        Bonds.Bond memory bond = subnets.bondOf(gateway);
        uint256 bonded = bond.stakedWei + bond.unbondingWei + subnets.credits(address(this));
        for (uint256 i = 0; i < _accounts.length; ++i) {
            bonded += subnets.credits(_accounts[i]);
        }
        equal(token.balanceOf(address(subnets)), bonded, "tokens = bonds + credits");
    }

    function _owed(Settlement storage s) private view returns (uint256 sum) {
        sum = uint256(s.gatewayWei) + s.clientWei;
        for (uint256 i = 0; i < s.nodeWei.length; ++i) {
            sum += s.nodeWei[i];
        }
    }

    function _staked(Bonds bonds, bool validators) private view returns (uint256 sum) {
        for (uint256 i = 0; i < (validators ? VALIDATORS : NODES); ++i) {
            Bonds.Bond memory b = bonds.bondOf(validators ? validatorOwner(i) : _nodeAt[i]);
            sum += b.stakedWei + b.unbondingWei;
        }
    }

    /// @dev After expiry every wei can leave.
    function drain() external {
        vm.warp(block.timestamp + 10 days);
        for (uint256 i = 0; i < _live.length; ++i) {
            Book storage b = _books[_live[i]];
            if (b.phase != InferencePayment.Phase.Settled) {
                payment.expire(b.brief);
                _settled(b, nothing(b.brief, Outcome.Expired));
            }
        }
        vm.warp(block.timestamp + 10 days);
        for (uint256 i = 0; i < _live.length; ++i) {
            this.finalizeOne(_live[i]);
        }
        for (uint256 i = 0; i < _accounts.length; ++i) {
            if (payment.credits(_accounts[i]) > 0) payment.withdraw(_accounts[i]);
        }
        equal(token.balanceOf(address(payment)), 0, "every wei can leave");
    }
}

contract MoneyInvariants is Test {
    MoneyActors private actors;

    function setUp() public {
        actors = new MoneyActors();
        actors.setUp();
        bytes4[] memory s = new bytes4[](15);
        s[0] = MoneyActors.open.selector;
        s[1] = MoneyActors.close.selector;
        s[2] = MoneyActors.settle.selector;
        s[3] = MoneyActors.giveUp.selector;
        s[4] = MoneyActors.expire.selector;
        s[5] = MoneyActors.finalize.selector;
        s[6] = MoneyActors.withdraw.selector;
        s[7] = MoneyActors.pass.selector;
        s[8] = MoneyActors.claim.selector;
        s[9] = MoneyActors.judged.selector;
        s[10] = MoneyActors.validator.selector;
        s[11] = MoneyActors.attack.selector;
        s[12] = MoneyActors.pass.selector;
        s[13] = MoneyActors.bench.selector;
        s[14] = MoneyActors.appealed.selector;
        target(address(actors), s);
    }

    function invariant_money() public view {
        actors.check();
    }

    function afterInvariant() public {
        actors.drain();
    }
}
