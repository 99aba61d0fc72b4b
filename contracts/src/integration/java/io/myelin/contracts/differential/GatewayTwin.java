package io.myelin.contracts.differential;

import io.myelin.contracts.InferencePayment;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.session.Seat;
import io.myelin.protocol.session.SessionDeadlineKind;
import io.myelin.protocol.session.SessionEvent;
import io.myelin.protocol.session.SessionMachine;
import io.myelin.protocol.session.SessionPhase;
import io.myelin.protocol.session.SessionPhase.CloseCause;
import io.myelin.protocol.session.SessionState;
import io.myelin.protocol.session.SessionTerms;
import io.myelin.protocol.session.SessionTimings;
import io.myelin.protocol.session.SessionTransition;
import io.myelin.protocol.session.SessionTransition.RejectReason;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Java's side of a gateway's session: its session machine, and what is between a settlement and its
 * finalization, for which Java only waits.
 */
final class GatewayTwin {
  static final long SETTLE_SECONDS = 86_400;
  static final long CHALLENGE_SECONDS = 86_400;
  private static final long MAX_SESSION_SECONDS = 7 * 86_400;

  private final Prepared terms;
  private final List<BigInteger> earnedWei = new ArrayList<>();
  private @Nullable SessionState state;
  private long closingUntil;
  private long settledUntil;
  private InferencePayment.@Nullable Settlement settlement;

  GatewayTwin(Prepared terms) {
    this.terms = terms;
    terms.nodes().forEach(node -> earnedWei.add(BigInteger.ZERO));
  }

  Prepared terms() {
    return terms;
  }

  @Nullable SessionState state() {
    return state;
  }

  SessionId id() {
    return SessionId.of(terms.sessionId().bytes());
  }

  InferencePayment.@Nullable Settlement settlement() {
    return settlement;
  }

  List<BigInteger> earnedWei() {
    return List.copyOf(earnedWei);
  }

  int tasks() {
    return state == null ? 0 : state.counted().size();
  }

  BigInteger spentWei() {
    return state == null ? BigInteger.ZERO : state.spentWei();
  }

  BigInteger budgetWei() {
    return terms.brief().head().budgetWei();
  }

  boolean active() {
    return state != null && state.phase() instanceof SessionPhase.Active;
  }

  /** Whether it awaits a settlement: active, or closing. */
  boolean unsettled() {
    return settlement == null
        && (active() || (state != null && state.phase() instanceof SessionPhase.Settling));
  }

  /** Phase and time as InferencePayment keeps them. */
  List<Object> record() {
    if (state == null) {
      return List.of(0L, BigInteger.ZERO);
    }
    if (settlement != null && (!state.ended() || state.moneyDue())) {
      // Java's Settling has two parts on chain; the second is the window of challenges.
      return List.of(3L, BigInteger.valueOf(settledUntil));
    }
    return switch (state.phase()) {
      case SessionPhase.Active _ -> List.of(1L, BigInteger.valueOf(terms.expiresAtSeconds()));
      case SessionPhase.Settling _ -> List.of(2L, BigInteger.valueOf(closingUntil));
      case SessionPhase.Closed _ -> List.of(4L, BigInteger.ZERO);
      case SessionPhase.Expired _ -> List.of(5L, BigInteger.ZERO);
      case SessionPhase.Failed _ -> List.of(6L, BigInteger.ZERO);
      case SessionPhase.Requested _, SessionPhase.Approved _ ->
          throw new IllegalStateException("these last for one transaction");
    };
  }

  // Opening.

  /** Opens it, all or nothing: a Java session that fails on the way leaves nothing either. */
  Optional<String> open(PoolTwin pool, BigInteger clientWei, int approvals, long nowSeconds) {
    SessionState fresh = requested(nowSeconds);
    boolean soon = terms.expiresAtSeconds() > nowSeconds;
    if (!soon || terms.expiresAtSeconds() > nowSeconds + MAX_SESSION_SECONDS) {
      if (!soon) {
        gone(fresh, List.of(expiry(fresh)), SessionPhase.Expired.class, nowSeconds);
      }
      return Optional.of("BadExpiry");
    }
    SessionEvent selected = new SessionEvent.NodesSelected(terms.nodes());
    Optional<String> noSlot = pool.wouldReserve(terms.nodes());
    if (noSlot.isPresent()) {
      List<SessionEvent> way = new ArrayList<>();
      way.add(selected);
      way.add(new SessionEvent.ApprovalGiven());
      for (Address node : terms.nodes()) {
        way.add(new SessionEvent.NodeNotReserved(node, "no slot"));
        if (terms.nodes().size() - way.size() + 2 < terms.tail().redundancy()) {
          break;
        }
      }
      gone(fresh, way, SessionPhase.Failed.class, nowSeconds);
      return noSlot;
    }
    if (state != null) {
      // An id is used once; Java's shell finds the session it has.
      return Optional.of("WrongPhase");
    }
    if (clientWei.compareTo(budgetWei()) < 0) {
      gone(
          fresh,
          List.of(selected, new SessionEvent.ApprovalGiven(), new SessionEvent.NotFunded("poor")),
          SessionPhase.Failed.class,
          nowSeconds);
      return Optional.of("ERC20InsufficientBalance");
    }
    if (approvals < 3) {
      gone(
          fresh,
          List.of(selected, new SessionEvent.ApprovalDenied("no quorum")),
          SessionPhase.Failed.class,
          nowSeconds);
      return Optional.of("NoQuorum");
    }
    state = fresh;
    must(selected, nowSeconds);
    must(new SessionEvent.ApprovalGiven(), nowSeconds);
    Optional<String> reserved = pool.reserve(terms.nodes(), id());
    if (reserved.isPresent()) {
      throw new AssertionError("there was a slot: " + reserved);
    }
    terms.nodes().forEach(node -> must(new SessionEvent.NodeReserved(node), nowSeconds));
    must(new SessionEvent.Funded(budgetWei()), nowSeconds);
    return Optional.empty();
  }

  private SessionState requested(long nowSeconds) {
    SessionTerms agreed =
        new SessionTerms(
            id(),
            terms.brief().head().client(),
            Network.MODEL,
            (int) terms.tail().redundancy(),
            terms.nodes().size(),
            budgetWei(),
            terms.brief().head().maxTasks(),
            terms.expiresAtSeconds() * 1_000,
            SessionTimings.defaults());
    return SessionMachine.request(agreed, nowSeconds * 1_000).state();
  }

  private static void gone(
      SessionState from,
      List<SessionEvent> way,
      Class<? extends SessionPhase.Ended> end,
      long nowSeconds) {
    SessionState state = from;
    for (SessionEvent event : way) {
      if (SessionMachine.apply(state, event, nowSeconds * 1_000)
          instanceof SessionTransition.Moved moved) {
        state = moved.state();
      } else {
        throw new AssertionError("Java's session refuses " + event + " on its way to " + end);
      }
    }
    boolean nothing = state.fundedWei().signum() == 0 && !state.moneyDue();
    if (!end.isInstance(state.phase()) || !nothing) {
      throw new AssertionError("not opened, yet " + state + " (expected: " + end + ")");
    }
  }

  private static SessionEvent expiry(SessionState of) {
    long armedId =
        of.deadlines().stream()
            .filter(d -> d.kind() == SessionDeadlineKind.EXPIRY)
            .findFirst()
            .orElseThrow()
            .armedId();
    return new SessionEvent.DeadlinePassed(SessionDeadlineKind.EXPIRY, armedId);
  }

  // While it is active: on chain nothing is seen of this.

  private Optional<RejectReason> drive(SessionEvent event, long nowSeconds) {
    if (state == null) {
      return Optional.of(RejectReason.WRONG_PHASE);
    }
    return switch (SessionMachine.apply(state, event, nowSeconds * 1_000)) {
      case SessionTransition.Rejected(RejectReason reason, String _) -> Optional.of(reason);
      case SessionTransition.Moved moved -> {
        state = moved.state();
        yield Optional.empty();
      }
    };
  }

  private void must(SessionEvent event, long nowSeconds) {
    Optional<RejectReason> rejected = drive(event, nowSeconds);
    if (rejected.isPresent()) {
      throw new AssertionError("Java's session refuses " + event + ": " + rejected);
    }
    // A seat that Java gives back is given back at once.
    while (state != null && state.seats().containsValue(Seat.RELEASING)) {
      Address node =
          state.seats().entrySet().stream()
              .filter(e -> e.getValue() == Seat.RELEASING)
              .findFirst()
              .orElseThrow()
              .getKey();
      must(new SessionEvent.NodeReleased(node), nowSeconds);
    }
  }

  void hold(TaskId task, BigInteger maxCostWei, long nowSeconds) {
    Optional<RejectReason> _ = drive(new SessionEvent.TaskHeld(task, maxCostWei), nowSeconds);
  }

  void drop(TaskId task, long nowSeconds) {
    Optional<RejectReason> _ = drive(new SessionEvent.TaskDropped(task), nowSeconds);
  }

  /** Counts a task; what Java charges for it goes to the seats, unevenly. */
  void count(TaskId task, BigInteger costWei, long nowSeconds) {
    BigInteger beforeWei = spentWei();
    if (drive(new SessionEvent.TaskCounted(task, costWei), nowSeconds).isEmpty()) {
      BigInteger leftWei = spentWei().subtract(beforeWei);
      for (int seat = 0; seat < earnedWei.size(); seat++) {
        boolean last = seat == earnedWei.size() - 1;
        BigInteger partWei = last ? leftWei : leftWei.divide(BigInteger.valueOf(3));
        earnedWei.set(seat, earnedWei.get(seat).add(partWei));
        leftWei = leftWei.subtract(partWei);
      }
    }
  }

  // The way out.

  Optional<String> close(CloseCause cause, PoolTwin pool, long nowSeconds) {
    if (drive(new SessionEvent.CloseRequested(cause), nowSeconds).isPresent()) {
      // Whatever Java calls it (closing already, ended, never opened), the escrow has one answer.
      return Optional.of("WrongPhase");
    }
    closingUntil = nowSeconds + SETTLE_SECONDS;
    pool.release(terms.nodes(), id());
    return Optional.empty();
  }

  /** When somebody else than the gateway may end it. */
  long overdueAt() {
    long time = ((BigInteger) record().get(1)).longValueExact();
    return active() ? time + SETTLE_SECONDS : time;
  }

  /** The escrow has a settlement: no task runs any more, and Java waits for its word. */
  void settled(
      InferencePayment.Settlement agreed, CloseCause cause, PoolTwin pool, long nowSeconds) {
    if (active()) {
      pool.release(terms.nodes(), id());
      if (agreed.outcome() == 1) {
        must(expiry(Objects.requireNonNull(state)), nowSeconds);
      } else {
        must(new SessionEvent.CloseRequested(cause), nowSeconds);
      }
    }
    // Who settles has ended what ran.
    for (TaskId task : List.copyOf(Objects.requireNonNull(state).holds().keySet())) {
      must(new SessionEvent.TaskDropped(task), nowSeconds);
    }
    settlement = agreed;
    settledUntil = nowSeconds + CHALLENGE_SECONDS;
  }

  long settledUntil() {
    return settledUntil;
  }

  /** The settlement was carried out; what the client gets back by Java's word. */
  BigInteger finalized(long nowSeconds) {
    SessionState before = Objects.requireNonNull(state);
    long outcome = Objects.requireNonNull(settlement).outcome();
    if (outcome == 0) {
      must(new SessionEvent.Settled(), nowSeconds);
    } else if (before.ended()) {
      // It expired unused: Java had asked for the refund.
      must(new SessionEvent.Refunded(), nowSeconds);
    } else {
      must(new SessionEvent.BudgetReturned(outcome == 1), nowSeconds);
    }
    if (Objects.requireNonNull(state).phase() instanceof SessionPhase.Ended ended) {
      return ended.refundWei();
    }
    throw new AssertionError("not ended: " + state);
  }
}
