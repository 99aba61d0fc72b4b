package io.myelin.contracts.differential;

import io.myelin.chain.abi.ContractWrite;
import io.myelin.contracts.differential.GatewayCommand.Kind;
import io.myelin.contracts.differential.Step.Question;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.pool.PoolEvent;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Turns commands into what happens to a gateway's sessions, and keeps what must come of it. */
final class GatewayWorld {
  private static final int TASKS = 9;
  private static final List<String> VERDICTS =
      List.of("Qualified", "Disqualified", "Suspended", "Reinstated");

  private final GatewayBase base;
  private final GatewayLedger java;
  private final GatewayBridge bridge;
  private final List<GatewayCommand> tried = new ArrayList<>();
  private long nowSeconds;

  GatewayWorld(GatewayBase base, List<Integer> plans) {
    this.base = base;
    nowSeconds = base.sinceSeconds();
    java = new GatewayLedger(base, plans);
    bridge = new GatewayBridge(base, java);
  }

  GatewayLedger java() {
    return java;
  }

  List<Step> steps() {
    return bridge.steps(nowSeconds);
  }

  void act(GatewayCommand command) {
    nowSeconds += command.waitSeconds();
    tried.add(command);
    act(command.kind(), command.pick());
  }

  private void act(Kind kind, int pick) {
    int size = java.sessions().size();
    GatewayTwin s = java.sessions().get(pick % size);
    int rest = pick / size;
    GatewayTwin other = java.sessions().get((pick + 1) % size);
    TaskId task = TaskId.of(Words.hash(s.terms().sessionId(), rest % TASKS).bytes());
    BigInteger someWei = s.budgetWei().divide(BigInteger.valueOf(6 + rest % 5));
    Address node = base.network().node(rest % GatewayBase.NODES);
    Address owner = Network.nodeOwner(rest % GatewayBase.NODES);
    switch (kind) {
      case PROGRESS -> progress(pick % size, rest);
      case OPEN -> bridge.open(s, nowSeconds);
      // On chain nothing is seen of what a gateway holds and counts.
      case HOLD -> s.hold(task, someWei, nowSeconds);
      case COUNT -> s.count(task, someWei.subtract(BigInteger.valueOf(rest)), nowSeconds);
      case COUNT_TOO_MUCH -> s.count(task, s.budgetWei(), nowSeconds);
      case DROP -> s.drop(task, nowSeconds);
      case CLOSE_BY_CLIENT -> bridge.close(s, GatewayBridge.Closer.CLIENT, nowSeconds);
      case CLOSE_BY_GATEWAY -> bridge.close(s, GatewayBridge.Closer.GATEWAY, nowSeconds);
      case CLOSE_SIGNED -> bridge.close(s, GatewayBridge.Closer.RELAYER, nowSeconds);
      case CLOSE_FORGED -> bridge.close(s, GatewayBridge.Closer.FORGER, nowSeconds);
      case CLOSE_BY_STRANGER -> bridge.close(s, GatewayBridge.Closer.STRANGER, nowSeconds);
      case SETTLE -> settle(List.of(s), kind, 3 + rest % 3);
      case SETTLE_TWO -> settle(List.of(s, other), kind, 3 + rest % 3);
      case SETTLE_TWICE -> settle(List.of(s, s), kind, 3);
      case SETTLE_WITHOUT_QUORUM -> settle(List.of(s), kind, rest % 3);
      case SETTLE_OTHERS_SIGNED,
          SETTLE_OVER_BUDGET,
          SETTLE_TOO_MANY_TASKS,
          SETTLE_WRONG_SEATS,
          SETTLE_BY_STRANGER ->
          settle(List.of(s), kind, 3);
      case RESCUE -> {
        overdue(s, rest);
        settle(List.of(s), kind, 3 + rest % 3);
      }
      case FAIL -> bridge.giveUp(s, true, nowSeconds);
      case FAIL_BY_STRANGER -> bridge.giveUp(s, false, nowSeconds);
      case EXPIRE -> {
        overdue(s, rest);
        bridge.expire(s, nowSeconds);
      }
      case FINALIZE -> bridge.finalizeAll(List.of(s), false, nowSeconds);
      case FINALIZE_TWO -> bridge.finalizeAll(List.of(s, other), false, nowSeconds);
      case FINALIZE_FORGED -> bridge.finalizeAll(List.of(s), true, nowSeconds);
      case WITHDRAW -> bridge.withdraw(rest, nowSeconds);
      case JUDGE -> judge(node, rest / GatewayBase.NODES % 4, 3 + rest % 3);
      case JUDGE_WITHOUT_QUORUM -> judge(node, rest / GatewayBase.NODES % 4, rest % 3);
      case JOIN ->
          pool(
              "join",
              owner,
              base.network().join(rest % GatewayBase.NODES, rest / GatewayBase.NODES % 5),
              node,
              java.pool().apply(new PoolEvent.Joined(node, rest / GatewayBase.NODES % 5)));
      case REMOVE ->
          pool(
              "remove",
              owner,
              base.network().contracts().nodes().remove(node),
              node,
              java.pool().apply(new PoolEvent.Left(node, "its owner's wish")));
      case REMOVE_BY_STRANGER ->
          pool(
              "remove, by a stranger",
              Network.STRANGER,
              base.network().contracts().nodes().remove(node),
              node,
              Optional.of("NotOwner"));
      case SET_SLOTS ->
          pool(
              "set slots",
              owner,
              base.network().contracts().nodes().setSlots(node, rest / GatewayBase.NODES % 5),
              node,
              java.pool().apply(new PoolEvent.SlotsChanged(node, rest / GatewayBase.NODES % 5)));
      case TIME -> {
        if (rest % 3 == 0) {
          time(s, rest / 3);
        }
      }
      case AGAIN -> {
        GatewayCommand before = tried.get(rest % tried.size());
        if (before.kind() != Kind.AGAIN) {
          act(before.kind(), before.pick());
        }
      }
    }
  }

  /** Whatever is next for the first session, from this on, that can go on. */
  private void progress(int first, int pick) {
    int size = java.sessions().size();
    for (int i = 0; i < size; i++) {
      GatewayTwin s = java.sessions().get((first + i) % size);
      if (canGoOn(s)) {
        progress(s, pick);
        return;
      }
    }
  }

  private boolean canGoOn(GatewayTwin s) {
    if (s.state() == null) {
      return s.terms().expiresAtSeconds() > nowSeconds
          && java.approvals(s) >= 3
          && s.budgetWei().compareTo(java.clientWei()) <= 0
          && java.pool().wouldReserve(s.terms().nodes()).isEmpty();
    }
    return !Objects.requireNonNull(s.state()).ended() || s.state().moneyDue();
  }

  private void progress(GatewayTwin s, int pick) {
    if (s.state() == null) {
      bridge.open(s, nowSeconds);
    } else if (s.active()) {
      TaskId task = TaskId.of(Words.hash(s.terms().sessionId(), pick % TASKS).bytes());
      BigInteger someWei = s.budgetWei().divide(BigInteger.valueOf(6 + pick % 5));
      if (pick % 7 == 0) {
        bridge.close(s, GatewayBridge.Closer.CLIENT, nowSeconds);
      } else if (Objects.requireNonNull(s.state()).holds().isEmpty()) {
        s.hold(task, someWei, nowSeconds);
      } else {
        TaskId held = Objects.requireNonNull(s.state()).holds().firstKey();
        s.count(held, someWei.subtract(BigInteger.valueOf(pick)), nowSeconds);
      }
    } else if (s.unsettled()) {
      settle(List.of(s), Kind.SETTLE, 3 + pick % 3);
    } else {
      nowSeconds = Math.max(nowSeconds, s.settledUntil());
      bridge.finalizeAll(List.of(s), false, nowSeconds);
    }
  }

  private void settle(List<GatewayTwin> sessions, Kind kind, int signers) {
    bridge.settle(sessions, kind, signers, nowSeconds);
  }

  private void judge(Address node, int verdict, int signers) {
    PoolEvent event =
        switch (verdict) {
          case 0 -> new PoolEvent.Qualified(node);
          case 1 -> new PoolEvent.Disqualified(node, "failed");
          case 2 -> new PoolEvent.Suspended(node, "kept out");
          default -> new PoolEvent.Reinstated(node);
        };
    ContractWrite write = base.network().judge(node, verdict, java.pool().round(node), signers);
    pool(
        "judge " + VERDICTS.get(verdict),
        Network.STRANGER,
        write,
        node,
        java.pool().judge(event, signers));
  }

  private void pool(
      String what, Address from, ContractWrite write, Address node, Optional<String> rejection) {
    bridge.add(
        Step.quiet(
            what + " " + node,
            nowSeconds,
            from,
            write,
            rejection,
            List.<Question<?>>of(bridge.views().node(node))));
  }

  /** Often moves to when others than the gateway may act, a second before it, at it or after it. */
  private void overdue(GatewayTwin s, int pick) {
    if (s.unsettled() && pick % 4 > 0) {
      nowSeconds = Math.max(nowSeconds, s.overdueAt() - 1 + pick / 4 % 3);
    }
  }

  private void time(GatewayTwin s, int pick) {
    long atSeconds =
        switch (pick / 3 % 3) {
          case 0 -> s.terms().expiresAtSeconds();
          case 1 -> s.overdueAt();
          default -> s.settledUntil();
        };
    nowSeconds = Math.max(nowSeconds, atSeconds - 1 + pick % 3);
  }
}
