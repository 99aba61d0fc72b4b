package io.myelin.protocol.session;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.session.SessionTransition.RejectReason;
import io.myelin.protocol.session.SessionTransition.Rejected;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/**
 * The session machine: total over every state and event, without I/O, clock or randomness of its
 * own. An event either takes effect or is rejected with a typed reason.
 */
public final class SessionMachine {
  private SessionMachine() {}

  /** An event and when it was applied, as the journal keeps it. */
  public record Stamped(long atMillis, SessionEvent event) {}

  /** A new session, requested. */
  public static SessionTransition.Moved request(SessionTerms terms, long nowMillis) {
    SessionState empty =
        new SessionState(
            terms,
            nowMillis,
            0,
            new SessionPhase.Requested(),
            terms.nodes(),
            TreePMap.empty(),
            Escrow.NONE,
            BigInteger.ZERO,
            BigInteger.ZERO,
            BigInteger.ZERO,
            TreePMap.empty(),
            TreePSet.empty(),
            TreePSet.empty(),
            false,
            0,
            List.of());
    SessionStep step = new SessionStep(empty, nowMillis);
    step.armAt(SessionDeadlineKind.EXPIRY, terms.expiresAtMillis());
    step.search();
    return step.moved();
  }

  /** The state after a journal of events; rejected ones change nothing, as when they came. */
  public static SessionState replay(
      SessionTerms terms, long requestedAtMillis, List<Stamped> journal) {
    SessionState state = request(terms, requestedAtMillis).state();
    for (Stamped entry : journal) {
      if (apply(state, entry.event(), entry.atMillis()) instanceof SessionTransition.Moved moved) {
        state = moved.state();
      }
    }
    return state;
  }

  /** Answers one event. */
  public static SessionTransition apply(SessionState state, SessionEvent event, long nowMillis) {
    SessionStep step = new SessionStep(state, nowMillis);
    Rejected rejected =
        switch (event) {
          case SessionEvent.NodesSelected e -> selected(state, step, e.nodes());
          case SessionEvent.NoNodes e -> noNodes(state, step, e.reason());
          case SessionEvent.ApprovalGiven e -> approval(state, step, null);
          case SessionEvent.ApprovalDenied e -> approval(state, step, e.reason());
          case SessionEvent.Funded e -> funded(state, step, e.amountWei());
          case SessionEvent.NotFunded e -> notFunded(state, step, e.reason());
          case SessionEvent.NodeReserved e -> reserved(state, step, e.node());
          case SessionEvent.NodeNotReserved e -> notReserved(state, step, e.node());
          case SessionEvent.NodeLost e -> lost(state, step, e.node());
          case SessionEvent.NodeReleased e -> released(state, step, e.node());
          case SessionEvent.TaskHeld e -> SessionTasks.hold(state, step, e, nowMillis);
          case SessionEvent.TaskCounted e -> SessionTasks.count(state, step, e);
          case SessionEvent.TaskDropped e -> SessionTasks.drop(state, step, e.taskId());
          case SessionEvent.CloseRequested e -> close(state, step, e.cause());
          case SessionEvent.Settled e -> settled(state, step);
          case SessionEvent.Refunded e -> refunded(state, step);
          case SessionEvent.BudgetReturned e -> returned(state, step, e.late());
          case SessionEvent.DeadlinePassed e -> passed(state, step, e, nowMillis);
          case SessionEvent.GatewayRestarted e -> restarted(state, step);
        };
    return rejected != null ? rejected : step.moved();
  }

  static Rejected reject(RejectReason reason, String message) {
    return new Rejected(reason, message);
  }

  static Rejected wrongPhase(SessionState state, String what) {
    return reject(
        state.ended() ? RejectReason.ALREADY_ENDED : RejectReason.WRONG_PHASE,
        what + " while the session is " + state.phase().label());
  }

  private static Rejected unknownNode(SessionState state, Address node) {
    return reject(
        RejectReason.UNKNOWN_NODE,
        node + " (expected: one of " + state.seats().keySet() + " in the right state)");
  }

  private static @Nullable Rejected selected(
      SessionState state, SessionStep step, List<Address> nodes) {
    boolean starting = state.phase() instanceof SessionPhase.Requested && state.seats().isEmpty();
    boolean active = state.phase() instanceof SessionPhase.Active && state.missing() > 0;
    if (!starting && !active) {
      return wrongPhase(state, "a choice of nodes that nobody asked for");
    }
    int least = starting ? state.terms().redundancy() : 1;
    boolean fresh =
        new HashSet<>(nodes).size() == nodes.size()
            && nodes.stream().noneMatch(state.seats()::containsKey);
    if (nodes.size() < least || nodes.size() > state.missing() || !fresh) {
      return reject(
          RejectReason.WRONG_NODES,
          "nodes: %s (expected: %d to %d, distinct, none that the session has)"
              .formatted(nodes, least, state.missing()));
    }
    step.choose(nodes);
    if (starting) {
      step.places(nodes.size());
      step.disarm(SessionDeadlineKind.SELECT);
      step.effect(new SessionEffect.AskApproval(nodes));
      step.arm(SessionDeadlineKind.APPROVE, state.terms().timings().approveMillis());
    } else {
      step.reserveChosen();
      if (step.state().missing() == 0) {
        step.disarm(SessionDeadlineKind.SELECT);
      }
    }
    return null;
  }

  private static @Nullable Rejected noNodes(SessionState state, SessionStep step, String reason) {
    if (state.phase() instanceof SessionPhase.Requested && state.seats().isEmpty()) {
      step.fail("no_nodes", "no nodes for this session: " + reason);
      return null;
    }
    // While active the search is repeated when its deadline passes.
    return state.phase() instanceof SessionPhase.Active && state.missing() > 0
        ? null
        : wrongPhase(state, "a search's end that nobody asked for");
  }

  private static @Nullable Rejected approval(
      SessionState state, SessionStep step, @Nullable String denied) {
    if (!(state.phase() instanceof SessionPhase.Requested) || state.seats().isEmpty()) {
      return wrongPhase(state, "a verdict on the request");
    }
    if (denied == null) {
      step.approve();
    } else {
      step.fail("not_approved", "the session was not approved: " + denied);
    }
    return null;
  }

  private static @Nullable Rejected funded(
      SessionState state, SessionStep step, BigInteger amountWei) {
    if (amountWei.signum() < 0) {
      return reject(RejectReason.BAD_AMOUNT, "amountWei: " + amountWei + " (expected: >= 0)");
    }
    if (state.escrow() == Escrow.TAKEN) {
      return reject(RejectReason.DUPLICATE, "the budget is in escrow since before");
    }
    if (state.escrow() == Escrow.NONE) {
      return wrongPhase(state, "an escrow that was not asked for");
    }
    if (state.ended()) {
      step.refundLate(amountWei);
      return null;
    }
    step.escrow(Escrow.TAKEN, amountWei);
    if (amountWei.compareTo(state.terms().budgetWei()) < 0) {
      step.fail(
          "underfunded",
          "escrowed: "
              + amountWei
              + " wei (expected: the budget, "
              + state.terms().budgetWei()
              + "); it is refunded");
    } else {
      step.openWhenReady();
    }
    return null;
  }

  private static @Nullable Rejected notFunded(SessionState state, SessionStep step, String reason) {
    if (state.escrow() != Escrow.ASKED) {
      return wrongPhase(state, "a refused escrow that nobody waits for");
    }
    step.notTaken();
    if (!state.ended()) {
      step.fail("not_funded", "the budget could not be escrowed: " + reason);
    }
    return null;
  }

  private static @Nullable Rejected reserved(SessionState state, SessionStep step, Address node) {
    if (state.seats().get(node) != Seat.RESERVING) {
      return unknownNode(state, node);
    }
    step.seat(node, Seat.RESERVED);
    step.openWhenReady();
    return null;
  }

  private static @Nullable Rejected notReserved(
      SessionState state, SessionStep step, Address node) {
    Seat seat = state.seats().get(node);
    if (seat != Seat.RESERVING && seat != Seat.RELEASING) {
      return unknownNode(state, node);
    }
    step.unseat(node);
    if (seat == Seat.RESERVING) {
      refill(state, step);
    }
    return null;
  }

  private static @Nullable Rejected lost(SessionState state, SessionStep step, Address node) {
    Seat seat = state.seats().get(node);
    if (seat == null || seat == Seat.RELEASING) {
      return unknownNode(state, node);
    }
    step.release(node);
    refill(state, step);
    return null;
  }

  /** After a node dropped out. */
  private static void refill(SessionState state, SessionStep step) {
    switch (state.phase()) {
      case SessionPhase.Requested p -> step.failIfTooFew();
      case SessionPhase.Approved p -> {
        step.failIfTooFew();
        step.openWhenReady();
      }
      case SessionPhase.Active p -> step.search();
      case SessionPhase.Settling p -> {}
      case SessionPhase.Ended p -> {}
    }
  }

  private static @Nullable Rejected released(SessionState state, SessionStep step, Address node) {
    if (state.seats().get(node) != Seat.RELEASING) {
      return unknownNode(state, node);
    }
    step.unseat(node);
    return null;
  }

  private static @Nullable Rejected close(
      SessionState state, SessionStep step, SessionPhase.CloseCause cause) {
    return switch (state.phase()) {
      case SessionPhase.Requested p -> {
        step.closeUnopened(cause);
        yield null;
      }
      case SessionPhase.Approved p -> {
        step.closeUnopened(cause);
        yield null;
      }
      case SessionPhase.Active p -> {
        step.close(cause);
        yield null;
      }
      case SessionPhase.Settling p -> reject(RejectReason.DUPLICATE, "the session closes already");
      case SessionPhase.Ended p -> wrongPhase(state, "a close");
    };
  }

  private static @Nullable Rejected settled(SessionState state, SessionStep step) {
    if (!(state.phase() instanceof SessionPhase.Settling settling) || !state.moneyDue()) {
      return wrongPhase(state, "a settlement that nobody asked for");
    }
    step.settled(settling.cause());
    return null;
  }

  private static @Nullable Rejected refunded(SessionState state, SessionStep step) {
    if (!state.ended() || !state.moneyDue()) {
      return wrongPhase(state, "a refund that nobody asked for");
    }
    step.refunded();
    return null;
  }

  private static @Nullable Rejected returned(SessionState state, SessionStep step, boolean late) {
    if (!(state.phase() instanceof SessionPhase.Active
        || state.phase() instanceof SessionPhase.Settling)) {
      return wrongPhase(state, "a budget that came back");
    }
    step.returned(late);
    return null;
  }

  private static @Nullable Rejected passed(
      SessionState state, SessionStep step, SessionEvent.DeadlinePassed event, long nowMillis) {
    SessionDeadline deadline = state.deadline(event.kind(), event.armedId()).orElse(null);
    if (deadline == null) {
      return reject(
          RejectReason.STALE_DEADLINE,
          event.kind() + " timer " + event.armedId() + " was disarmed or fired before");
    }
    step.fired(deadline);
    if (nowMillis < deadline.atMillis()) {
      step.armAt(deadline.kind(), deadline.atMillis());
      return null;
    }
    switch (deadline.kind()) {
      case SELECT -> {
        if (state.phase() instanceof SessionPhase.Requested) {
          step.fail("no_nodes", "no nodes were found for this session in time");
        } else {
          step.search();
        }
      }
      case APPROVE -> step.fail("approval_timed_out", "the session was not approved in time");
      case FUND -> step.fail("funding_timed_out", "budget or nodes were not reserved in time");
      case EXPIRY -> expire(state, step);
      case DRAIN -> {
        step.cancelTasks();
        step.arm(SessionDeadlineKind.DRAIN, state.terms().timings().drainMillis());
      }
      case MONEY -> step.askForMoney();
    }
    return null;
  }

  private static void expire(SessionState state, SessionStep step) {
    boolean unused = state.holds().isEmpty() && state.counted().isEmpty();
    if (unused) {
      step.expire();
    } else {
      step.close(SessionPhase.CloseCause.EXPIRY);
    }
  }

  private static @Nullable Rejected restarted(SessionState state, SessionStep step) {
    if (state.released()) {
      return reject(RejectReason.ALREADY_ENDED, "nothing is left to recover");
    }
    step.askAgain();
    return null;
  }
}
