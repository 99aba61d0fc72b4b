package io.myelin.protocol.session;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.TaskId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * The working copy of one transition. Lives only while {@link SessionMachine} answers one event.
 */
final class SessionStep {
  private final SessionState before;
  private final long nowMillis;
  private final List<SessionDeadline> deadlines;
  private final List<SessionEffect> effects = new ArrayList<>();
  private SessionPhase phase;
  private int places;
  private TreePMap<Address, Seat> seats;
  private Escrow escrow;
  private BigInteger fundedWei;
  private BigInteger spentWei;
  private BigInteger writtenOffWei;
  private TreePMap<TaskId, BigInteger> holds;
  private TreePSet<TaskId> counted;
  private TreePSet<TaskId> dropped;
  private boolean moneyDue;
  private long endedAtMillis;
  private long lastId;

  SessionStep(SessionState before, long nowMillis) {
    this.before = before;
    this.nowMillis = nowMillis;
    deadlines = new ArrayList<>(before.deadlines());
    phase = before.phase();
    places = before.places();
    seats = before.seats();
    escrow = before.escrow();
    fundedWei = before.fundedWei();
    spentWei = before.spentWei();
    writtenOffWei = before.writtenOffWei();
    holds = before.holds();
    counted = before.counted();
    dropped = before.dropped();
    moneyDue = before.moneyDue();
    endedAtMillis = before.endedAtMillis();
    lastId = before.lastId();
  }

  SessionTransition.Moved moved() {
    if (state().released() && !before.released()) {
      effect(new SessionEffect.Forget());
    }
    return new SessionTransition.Moved(state(), effects);
  }

  SessionState state() {
    return new SessionState(
        before.terms(),
        before.requestedAtMillis(),
        endedAtMillis,
        phase,
        places,
        seats,
        escrow,
        fundedWei,
        spentWei,
        writtenOffWei,
        holds,
        counted,
        dropped,
        moneyDue,
        lastId,
        deadlines);
  }

  SessionTerms terms() {
    return before.terms();
  }

  void effect(SessionEffect effect) {
    effects.add(effect);
  }

  // Deadlines.

  void arm(SessionDeadlineKind kind, long inMillis) {
    armAt(kind, nowMillis + inMillis);
  }

  void armAt(SessionDeadlineKind kind, long atMillis) {
    disarm(kind);
    deadlines.add(new SessionDeadline(kind, ++lastId, atMillis));
    effect(new SessionEffect.ArmDeadline(kind, lastId, atMillis));
  }

  void disarm(SessionDeadlineKind kind) {
    for (SessionDeadline d : List.copyOf(deadlines)) {
      if (d.kind() == kind) {
        deadlines.remove(d);
        effect(new SessionEffect.DisarmDeadline(kind, d.armedId()));
      }
    }
  }

  void fired(SessionDeadline deadline) {
    deadlines.remove(deadline);
  }

  // Nodes.

  void search() {
    int missing = state().missing();
    if (missing > 0) {
      effect(new SessionEffect.SelectNodes(missing, List.copyOf(seats.keySet())));
      arm(SessionDeadlineKind.SELECT, terms().timings().selectMillis());
    } else {
      disarm(SessionDeadlineKind.SELECT);
    }
  }

  /** A committee approves that many, and never more. */
  void places(int nodes) {
    places = nodes;
  }

  void choose(List<Address> nodes) {
    for (Address node : nodes) {
      seats = seats.plus(node, Seat.CHOSEN);
    }
  }

  void reserveChosen() {
    for (Map.Entry<Address, Seat> e : seats.entrySet()) {
      if (e.getValue() == Seat.CHOSEN) {
        seats = seats.plus(e.getKey(), Seat.RESERVING);
        effect(new SessionEffect.ReserveNode(e.getKey()));
      }
    }
  }

  void seat(Address node, Seat seat) {
    seats = seats.plus(node, seat);
  }

  void unseat(Address node) {
    seats = seats.minus(node);
  }

  /** Gives a node up, whatever its seat. */
  void release(Address node) {
    Seat seat = seats.get(node);
    if (seat == Seat.CHOSEN) {
      unseat(node);
    } else if (seat == Seat.RESERVING || seat == Seat.RESERVED) {
      seat(node, Seat.RELEASING);
      effect(new SessionEffect.ReleaseNode(node));
    }
  }

  // The way to Active.

  void approve() {
    phase = new SessionPhase.Approved();
    disarm(SessionDeadlineKind.APPROVE);
    escrow = Escrow.ASKED;
    effect(new SessionEffect.EscrowBudget(terms().budgetWei()));
    reserveChosen();
    arm(SessionDeadlineKind.FUND, terms().timings().fundMillis());
  }

  void escrow(Escrow next, BigInteger amountWei) {
    escrow = next;
    fundedWei = amountWei;
  }

  void openWhenReady() {
    boolean ready =
        escrow == Escrow.TAKEN
            && seats.values().stream().allMatch(s -> s == Seat.RESERVED || s == Seat.RELEASING);
    if (phase instanceof SessionPhase.Approved && ready) {
      phase = new SessionPhase.Active();
      disarm(SessionDeadlineKind.FUND);
      effect(new SessionEffect.Open());
      search();
    }
  }

  /** Below the redundancy it cannot start. */
  void failIfTooFew() {
    if (state().seated() < terms().redundancy()) {
      fail("no_nodes", "fewer nodes than the redundancy asks for are left; try again");
    }
  }

  // Tasks.

  void hold(TaskId task, BigInteger maxCostWei) {
    holds = holds.plus(task, maxCostWei);
  }

  /** Counts a task once. What it cost beyond its hold nobody pays. */
  void count(TaskId task, BigInteger heldWei, BigInteger costWei) {
    BigInteger chargedWei = costWei.min(heldWei);
    holds = holds.minus(task);
    counted = counted.plus(task);
    spentWei = spentWei.add(chargedWei);
    writtenOffWei = writtenOffWei.add(costWei.subtract(chargedWei));
    settleWhenDrained();
  }

  void drop(TaskId task) {
    holds = holds.minus(task);
    dropped = dropped.plus(task);
    settleWhenDrained();
  }

  // The way out.

  void close(SessionPhase.CloseCause cause) {
    phase = new SessionPhase.Settling(cause);
    disarm(SessionDeadlineKind.EXPIRY);
    disarm(SessionDeadlineKind.SELECT);
    disarm(SessionDeadlineKind.FUND);
    for (Map.Entry<Address, Seat> e : seats.entrySet()) {
      if (e.getValue() != Seat.RESERVED) {
        release(e.getKey());
      }
    }
    if (holds.isEmpty()) {
      settleWhenDrained();
    } else {
      arm(SessionDeadlineKind.DRAIN, terms().timings().drainMillis());
    }
  }

  void cancelTasks() {
    for (TaskId task : holds.keySet()) {
      effect(new SessionEffect.CancelTask(task));
    }
  }

  private void settleWhenDrained() {
    if (phase instanceof SessionPhase.Settling && holds.isEmpty()) {
      disarm(SessionDeadlineKind.DRAIN);
      moneyDue = true;
      askForMoney();
    }
  }

  /** Asks for whatever movement of money is outstanding; asked again until it is confirmed. */
  void askForMoney() {
    if (moneyDue) {
      effect(
          phase instanceof SessionPhase.Ended ended
              ? new SessionEffect.Refund(ended.refundWei())
              : new SessionEffect.Settle(spentWei, fundedWei.subtract(spentWei)));
    } else if (ended() && escrow == Escrow.ASKED) {
      effect(new SessionEffect.CancelEscrow());
    } else {
      return;
    }
    arm(SessionDeadlineKind.MONEY, terms().timings().moneyRetryMillis());
  }

  boolean ended() {
    return phase.ended();
  }

  void settled(SessionPhase.CloseCause cause) {
    moneyDue = false;
    end(new SessionPhase.Closed(cause, spentWei, fundedWei.subtract(spentWei)));
  }

  void refunded() {
    moneyDue = false;
    disarm(SessionDeadlineKind.MONEY);
  }

  void fail(String code, String message) {
    end(new SessionPhase.Failed(code, message, fundedWei));
    moneyDue = fundedWei.signum() > 0;
    askForMoney();
  }

  void expire() {
    end(new SessionPhase.Expired(fundedWei));
    moneyDue = fundedWei.signum() > 0;
    askForMoney();
  }

  /** Nothing was spent and no task may start: everything goes back. */
  void closeUnopened(SessionPhase.CloseCause cause) {
    if (escrow == Escrow.TAKEN) {
      close(cause);
    } else {
      end(new SessionPhase.Closed(cause, BigInteger.ZERO, BigInteger.ZERO));
      askForMoney();
    }
  }

  /** The escrow was taken after the session had ended: it goes straight back. */
  void refundLate(BigInteger amountWei) {
    escrow(Escrow.TAKEN, amountWei);
    phase =
        switch (phase) {
          case SessionPhase.Failed f -> new SessionPhase.Failed(f.code(), f.message(), amountWei);
          case SessionPhase.Closed c ->
              new SessionPhase.Closed(c.cause(), BigInteger.ZERO, amountWei);
          case SessionPhase.Expired e -> new SessionPhase.Expired(amountWei);
          case SessionPhase.Requested p -> p;
          case SessionPhase.Approved p -> p;
          case SessionPhase.Active p -> p;
          case SessionPhase.Settling p -> p;
        };
    moneyDue = amountWei.signum() > 0;
    disarm(SessionDeadlineKind.MONEY);
    askForMoney();
  }

  void notTaken() {
    escrow = Escrow.NONE;
    if (!moneyDue) {
      disarm(SessionDeadlineKind.MONEY);
    }
  }

  /** The client has everything back: what was counted nobody pays, what runs is for nothing. */
  void returned(boolean late) {
    cancelTasks();
    for (TaskId task : holds.keySet()) {
      dropped = dropped.plus(task);
    }
    holds = TreePMap.empty();
    writtenOffWei = writtenOffWei.add(spentWei);
    spentWei = BigInteger.ZERO;
    moneyDue = false;
    end(
        late
            ? new SessionPhase.Expired(fundedWei)
            : new SessionPhase.Failed(
                "given_up", "the session was given up; the budget is refunded", fundedWei));
  }

  private void end(SessionPhase.Ended outcome) {
    phase = outcome;
    endedAtMillis = nowMillis;
    for (SessionDeadline d : List.copyOf(deadlines)) {
      disarm(d.kind());
    }
    for (Address node : seats.keySet()) {
      release(node);
    }
    effect(new SessionEffect.TellClient(outcome));
  }

  // Recovery.

  void askAgain() {
    for (Map.Entry<Address, Seat> e : seats.entrySet()) {
      if (e.getValue() == Seat.RELEASING) {
        effect(new SessionEffect.ReleaseNode(e.getKey()));
      } else if (e.getValue() == Seat.RESERVING) {
        effect(new SessionEffect.ReserveNode(e.getKey()));
      }
    }
    for (SessionDeadline d : deadlines) {
      effect(new SessionEffect.ArmDeadline(d.kind(), d.armedId(), d.atMillis()));
    }
    switch (phase) {
      case SessionPhase.Requested p -> {
        if (seats.isEmpty()) {
          search();
        } else {
          effect(new SessionEffect.AskApproval(List.copyOf(seats.keySet())));
        }
      }
      case SessionPhase.Approved p -> {
        if (escrow == Escrow.ASKED) {
          effect(new SessionEffect.EscrowBudget(terms().budgetWei()));
        }
      }
      case SessionPhase.Active p -> search();
      case SessionPhase.Settling p -> askForMoney();
      case SessionPhase.Ended p -> askForMoney();
    }
  }
}
