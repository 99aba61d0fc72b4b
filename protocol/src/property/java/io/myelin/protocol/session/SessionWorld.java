package io.myelin.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A session with chain, pool and tasks played by the test, which keeps books of its own. */
final class SessionWorld {
  static final BigInteger BUDGET = BigInteger.valueOf(100);
  private static final SessionTimings TIMINGS = new SessionTimings(100, 100, 100, 100, 100);

  private final SessionTerms terms =
      new SessionTerms(session(), node(99), "tiny", 2, 3, BUDGET, 8, 5_000, TIMINGS);
  private final List<SessionMachine.Stamped> journal = new ArrayList<>();
  private final Map<TaskId, BigInteger> costs = new HashMap<>();
  private final Map<Address, Boolean> slots = new HashMap<>();
  private BigInteger escrowedWei = BigInteger.ZERO;
  private BigInteger paidOutWei = BigInteger.ZERO;
  private int told;
  private int forgotten;
  private boolean opened;
  private long nowMillis = 1_000;
  private SessionState state;

  SessionWorld() {
    SessionTransition.Moved moved = SessionMachine.request(terms, nowMillis);
    state = moved.state();
    moved.effects().forEach(e -> effect(e, false));
  }

  SessionState state() {
    return state;
  }

  SessionTerms terms() {
    return terms;
  }

  List<SessionMachine.Stamped> journal() {
    return journal;
  }

  boolean opened() {
    return opened;
  }

  void act(SessionAction action) {
    nowMillis += action.pick() % 5;
    SessionEvent event = event(action);
    if (event != null) {
      apply(event);
    }
  }

  /** No more mischief: everything outstanding is answered. */
  void settle() {
    for (int i = 0; i < 1_000 && !state.released(); i++) {
      SessionEvent answer = outstanding();
      if (answer == null) {
        SessionDeadline next =
            state.deadlines().stream()
                .min(Comparator.comparingLong(SessionDeadline::atMillis))
                .orElseThrow(() -> new AssertionError("waits for nothing: " + state));
        nowMillis = Math.max(nowMillis, next.atMillis());
        answer = new SessionEvent.DeadlinePassed(next.kind(), next.armedId());
      }
      apply(answer);
    }
    assertThat(state.released()).as("ends, pays and gives every slot back").isTrue();
    assertThat(told).as("the client is told once").isEqualTo(1);
    assertThat(forgotten).isEqualTo(1);
    assertThat(slots).as("no slot is kept").doesNotContainValue(true);
    assertThat(paidOutWei).as("what came in goes out, once").isEqualTo(escrowedWei);
  }

  private @Nullable SessionEvent outstanding() {
    for (Map.Entry<Address, Seat> e : state.seats().entrySet()) {
      if (e.getValue() == Seat.RELEASING) {
        return new SessionEvent.NodeReleased(e.getKey());
      }
    }
    if (!state.holds().isEmpty() && state.phase() instanceof SessionPhase.Settling) {
      return new SessionEvent.TaskDropped(state.holds().firstKey());
    }
    if (state.moneyDue()) {
      return state.ended() ? new SessionEvent.Refunded() : new SessionEvent.Settled();
    }
    return state.ended() && state.escrow() == Escrow.ASKED ? new SessionEvent.Funded(BUDGET) : null;
  }

  private void apply(SessionEvent event) {
    SessionState before = state;
    SessionTransition transition = SessionMachine.apply(state, event, nowMillis);
    journal.add(new SessionMachine.Stamped(nowMillis, event));
    switch (transition) {
      case SessionTransition.Rejected r -> assertThat(r.message()).isNotBlank();
      case SessionTransition.Moved moved -> {
        state = moved.state();
        books(event, before);
        boolean restart = event instanceof SessionEvent.GatewayRestarted;
        moved.effects().forEach(e -> effect(e, restart));
        consistent(before);
      }
    }
  }

  private void books(SessionEvent event, SessionState before) {
    switch (event) {
      case SessionEvent.Funded e -> escrowedWei = escrowedWei.add(e.amountWei());
      case SessionEvent.Settled e -> paidOutWei = paidOutWei.add(before.fundedWei());
      case SessionEvent.BudgetReturned e -> paidOutWei = paidOutWei.add(before.fundedWei());
      case SessionEvent.Refunded e ->
          paidOutWei = paidOutWei.add(((SessionPhase.Ended) before.phase()).refundWei());
      case SessionEvent.TaskCounted e ->
          assertThat(costs.put(e.taskId(), e.costWei())).as("counted once").isNull();
      case SessionEvent.NodeNotReserved e -> slots.put(e.node(), false);
      default -> {}
    }
  }

  private void effect(SessionEffect effect, boolean restart) {
    switch (effect) {
      case SessionEffect.ReserveNode e ->
          assertThat(Boolean.TRUE.equals(slots.put(e.node(), true)) && !restart).isFalse();
      case SessionEffect.ReleaseNode e ->
          assertThat(Boolean.TRUE.equals(slots.put(e.node(), false)) || restart)
              .as("a slot is given back once")
              .isTrue();
      case SessionEffect.TellClient e -> told++;
      case SessionEffect.Forget e -> forgotten++;
      case SessionEffect.Open e -> {
        assertThat(opened).isFalse();
        assertThat(state.reservedNodes()).hasSizeGreaterThanOrEqualTo(terms.redundancy());
        opened = true;
      }
      case SessionEffect.Settle e -> {
        assertThat(e.spentWei().add(e.refundWei())).isEqualTo(escrowedWei);
        assertThat(state.holds()).isEmpty();
      }
      case SessionEffect.Refund e -> {
        assertThat(e.amountWei()).isEqualTo(escrowedWei);
        assertThat(state.counted()).isEmpty();
      }
      case SessionEffect.SelectNodes e -> {
        assertThat(e.count()).isPositive();
        assertThat(e.excluded()).containsAll(state.seats().keySet());
      }
      case SessionEffect.AskApproval e -> {}
      case SessionEffect.EscrowBudget e -> {}
      case SessionEffect.CancelEscrow e -> {}
      case SessionEffect.CancelTask e ->
          assertThat(state.holds().containsKey(e.taskId()) || state.dropped().contains(e.taskId()))
              .isTrue();
      case SessionEffect.ArmDeadline e -> {}
      case SessionEffect.DisarmDeadline e -> {}
    }
  }

  private void consistent(SessionState before) {
    BigInteger costWei = costs.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
    assertThat(state.spentWei().add(state.writtenOffWei())).isEqualTo(costWei);
    assertThat(state.counted()).containsExactlyInAnyOrderElementsOf(costs.keySet());
    assertThat(state.spentWei().add(state.heldWei()))
        .as("never more than the escrow")
        .isLessThanOrEqualTo(state.fundedWei())
        .isLessThanOrEqualTo(BUDGET);
    assertThat(state.counted().size() + state.holds().size())
        .isLessThanOrEqualTo((int) terms.maxTasks());
    assertThat(state.fundedWei()).isEqualTo(escrowedWei);
    assertThat(state.seated()).isLessThanOrEqualTo(terms.nodes());
    assertThat(state.ended() || !state.deadlines().isEmpty()).as("every wait has an end").isTrue();
    if (before.ended()) {
      assertThat(state.phase().label()).as("an end is final").isEqualTo(before.phase().label());
    }
    if (state.phase() instanceof SessionPhase.Closed c) {
      assertThat(c.spentWei().add(c.refundWei())).isEqualTo(escrowedWei);
    }
  }

  private @Nullable SessionEvent event(SessionAction action) {
    int pick = action.pick();
    Address node = node(1 + pick % 5);
    return switch (action.kind()) {
      case PROGRESS -> helpful(pick);
      case SELECT -> select(pick);
      case NO_NODES -> new SessionEvent.NoNodes("all busy");
      case APPROVE -> new SessionEvent.ApprovalGiven();
      case DENY -> new SessionEvent.ApprovalDenied("too cheap");
      case FUND -> new SessionEvent.Funded(BUDGET);
      case FUND_TOO_LITTLE -> new SessionEvent.Funded(BigInteger.valueOf(pick));
      case NO_FUNDS -> new SessionEvent.NotFunded("empty");
      case RESERVED -> new SessionEvent.NodeReserved(node);
      case NOT_RESERVED -> new SessionEvent.NodeNotReserved(node, "busy");
      case LOSE -> new SessionEvent.NodeLost(node, "gone");
      case RELEASED -> new SessionEvent.NodeReleased(node);
      case TASK -> new SessionEvent.TaskHeld(task(pick), BigInteger.valueOf(pick));
      case COUNT -> new SessionEvent.TaskCounted(task(pick), BigInteger.valueOf(pick / 2));
      case COUNT_TOO_MUCH -> new SessionEvent.TaskCounted(task(pick), BigInteger.valueOf(70));
      case DROP -> new SessionEvent.TaskDropped(task(pick));
      case CLOSE -> new SessionEvent.CloseRequested(SessionPhase.CloseCause.CLIENT);
      case SETTLED -> new SessionEvent.Settled();
      case REFUNDED -> new SessionEvent.Refunded();
      case RETURNED -> pick % 5 == 0 ? new SessionEvent.BudgetReturned(false) : null;
      case RETURNED_LATE -> pick % 5 == 0 ? new SessionEvent.BudgetReturned(true) : null;
      case TIMER -> timer(pick, true);
      case TIMER_EARLY -> timer(pick, false);
      case TIMER_STALE -> new SessionEvent.DeadlinePassed(SessionDeadlineKind.FUND, 1_000);
      case RESTART -> new SessionEvent.GatewayRestarted();
      case AGAIN -> journal.isEmpty() ? null : journal.get(pick % journal.size()).event();
    };
  }

  private @Nullable SessionEvent helpful(int pick) {
    for (Map.Entry<Address, Seat> e : state.seats().entrySet()) {
      if (e.getValue() == Seat.RESERVING) {
        return new SessionEvent.NodeReserved(e.getKey());
      }
    }
    return switch (state.phase()) {
      case SessionPhase.Requested p ->
          state.seats().isEmpty() ? select(pick) : new SessionEvent.ApprovalGiven();
      case SessionPhase.Approved p -> new SessionEvent.Funded(BUDGET);
      case SessionPhase.Active p ->
          state.holds().size() > 2
              ? new SessionEvent.TaskCounted(
                  state.holds().firstKey(), BigInteger.valueOf(pick % 20))
              : new SessionEvent.TaskHeld(task(pick), BigInteger.valueOf(pick % 30));
      case SessionPhase.Settling p -> outstanding();
      case SessionPhase.Ended p -> outstanding();
    };
  }

  private SessionEvent select(int pick) {
    List<Address> nodes = new ArrayList<>();
    for (int i = 1; i <= 5 && nodes.size() < Math.max(1, state.missing()); i++) {
      if (!state.seats().containsKey(node(i)) || pick % 7 == 0) {
        nodes.add(node(i));
      }
    }
    return new SessionEvent.NodesSelected(nodes);
  }

  private @Nullable SessionEvent timer(int pick, boolean due) {
    if (state.deadlines().isEmpty()) {
      return null;
    }
    SessionDeadline d = state.deadlines().get(pick % state.deadlines().size());
    if (d.kind() == SessionDeadlineKind.EXPIRY && pick % 4 != 0) {
      return null;
    }
    if (due) {
      nowMillis = Math.max(nowMillis, d.atMillis());
    }
    return new SessionEvent.DeadlinePassed(d.kind(), d.armedId());
  }

  static Address node(int n) {
    byte[] bytes = new byte[20];
    bytes[19] = (byte) n;
    return Address.of(bytes);
  }

  private static TaskId task(int n) {
    byte[] bytes = new byte[32];
    bytes[31] = (byte) n;
    return TaskId.of(bytes);
  }

  private static SessionId session() {
    return SessionId.of(new byte[32]);
  }
}
