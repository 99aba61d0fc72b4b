package io.myelin.protocol.pool;

import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.pool.PoolTransition.Moved;
import io.myelin.protocol.pool.PoolTransition.RejectReason;
import io.myelin.protocol.pool.PoolTransition.Rejected;
import java.util.List;
import org.pcollections.TreePMap;

/** The pool machine: total over every state and event; never throws and ignores nothing. */
public final class PoolMachine {
  private PoolMachine() {}

  /** The pool after a journal of events. */
  public static PoolState replay(List<PoolEvent> journal) {
    PoolState state = PoolState.EMPTY;
    for (PoolEvent event : journal) {
      if (apply(state, event) instanceof Moved moved) {
        state = moved.state();
      }
    }
    return state;
  }

  /** Answers one event. */
  public static PoolTransition apply(PoolState state, PoolEvent event) {
    PoolNode known = state.nodes().get(event.node());
    if (event instanceof PoolEvent.Joined joined) {
      return known == null ? join(state, joined) : rejoin(state, known, joined);
    }
    if (known == null) {
      return reject(RejectReason.UNKNOWN_NODE, event.node() + " is not in the pool");
    }
    return switch (event) {
      case PoolEvent.Joined e -> rejoin(state, known, e);
      case PoolEvent.SlotsChanged e -> slots(state, known, e.slots());
      case PoolEvent.Qualified e -> qualified(state, known);
      case PoolEvent.Disqualified e ->
          inPool(known)
              ? keepOut(state, known, Standing.UNQUALIFIED, e.reason())
              : wrongStanding(known, "a failed test");
      case PoolEvent.Suspended e ->
          inPool(known)
              ? keepOut(state, known, Standing.SUSPENDED, e.reason())
              : wrongStanding(known, "a suspension");
      case PoolEvent.Reinstated e ->
          known.standing() == Standing.SUSPENDED
              ? moved(
                  state, known.with(Standing.UNQUALIFIED), List.of(new PoolEffect.Test(e.node())))
              : wrongStanding(known, "a reinstatement");
      case PoolEvent.Reserved e -> reserve(state, known, e);
      case PoolEvent.Released e -> release(state, known, e.session());
      case PoolEvent.Left e -> leave(state, known, e.reason());
    };
  }

  private static Rejected reject(RejectReason reason, String message) {
    return new Rejected(reason, message);
  }

  private static Rejected wrongStanding(PoolNode node, String what) {
    return reject(
        RejectReason.WRONG_STANDING, what + " of " + node.node() + ", which is " + node.label());
  }

  private static Moved moved(PoolState state, PoolNode node, List<PoolEffect> effects) {
    return new Moved(new PoolState(state.nodes().plus(node.node(), node)), effects);
  }

  private static boolean inPool(PoolNode node) {
    return node.standing() == Standing.QUALIFIED || node.standing() == Standing.UNQUALIFIED;
  }

  private static PoolTransition join(PoolState state, PoolEvent.Joined event) {
    if (event.slots() < 1) {
      return badSlots(event.slots());
    }
    PoolNode node =
        new PoolNode(event.node(), event.slots(), Standing.UNQUALIFIED, TreePMap.empty(), 0);
    return moved(state, node, List.of(new PoolEffect.Test(event.node())));
  }

  private static PoolTransition rejoin(PoolState state, PoolNode known, PoolEvent.Joined event) {
    if (known.standing() != Standing.LEAVING) {
      return reject(
          RejectReason.ALREADY_JOINED, known.node() + " is in the pool as " + known.label());
    }
    if (slots(state, known.with(Standing.UNQUALIFIED), event.slots())
        instanceof Moved(PoolState next, List<PoolEffect> ignored)) {
      return new Moved(next, List.of(new PoolEffect.Test(known.node())));
    }
    return slots(state, known, event.slots());
  }

  private static Rejected badSlots(int slots) {
    return reject(RejectReason.BAD_SLOTS, "slots: " + slots + " (expected: >= 1)");
  }

  private static PoolTransition slots(PoolState state, PoolNode known, int slots) {
    if (slots < 1) {
      return badSlots(slots);
    }
    int inUse = known.reservedSlots() + known.untested();
    return slots < inUse
        ? reject(
            RejectReason.SLOTS_IN_USE,
            "slots: " + slots + " (expected: at least the " + inUse + " in use)")
        : moved(state, known.withSlots(slots), List.of());
  }

  private static PoolTransition qualified(PoolState state, PoolNode known) {
    return inPool(known)
        ? moved(state, known.tested(), List.of())
        : wrongStanding(known, "a passed test");
  }

  private static PoolTransition keepOut(
      PoolState state, PoolNode known, Standing next, String reason) {
    return moved(state, known.with(next), tellSessions(known, reason));
  }

  private static List<PoolEffect> tellSessions(PoolNode known, String reason) {
    return known.reserved().keySet().stream()
        .<PoolEffect>map(session -> new PoolEffect.TellSession(session, known.node(), reason))
        .toList();
  }

  private static PoolTransition reserve(PoolState state, PoolNode known, PoolEvent.Reserved event) {
    if (event.slots() < 1) {
      return badSlots(event.slots());
    }
    if (known.reserved().containsKey(event.session())) {
      return reject(
          RejectReason.ALREADY_RESERVED,
          "session " + event.session() + " holds slots of " + known.node());
    }
    if (known.freeSlots() < event.slots()) {
      return reject(
          RejectReason.NO_FREE_SLOT,
          "slots: %d of %s, which is %s with %d free"
              .formatted(event.slots(), known.node(), known.label(), known.freeSlots()));
    }
    return moved(state, known.reserve(event.session(), event.slots()), List.of());
  }

  private static PoolTransition release(PoolState state, PoolNode known, SessionId session) {
    Integer count = known.reserved().get(session);
    if (count == null) {
      return reject(
          RejectReason.NOT_RESERVED, "session " + session + " holds no slot of " + known.node());
    }
    PoolNode next = known.release(session, count);
    return switch (known.standing()) {
      case LEAVING ->
          next.reserved().isEmpty()
              ? new Moved(new PoolState(state.nodes().minus(known.node())), List.of())
              : moved(state, next, List.of());
      case SUSPENDED -> moved(state, next, List.of());
      case QUALIFIED, UNQUALIFIED -> moved(state, next, List.of(new PoolEffect.Test(known.node())));
    };
  }

  private static PoolTransition leave(PoolState state, PoolNode known, String reason) {
    // Who is suspended stays on the books: to leave and come back does not wash it off.
    if (!inPool(known)) {
      return wrongStanding(known, "a departure");
    }
    return known.reserved().isEmpty()
        ? new Moved(new PoolState(state.nodes().minus(known.node())), List.of())
        : moved(state, known.with(Standing.LEAVING), tellSessions(known, reason));
  }
}
