package io.myelin.protocol.session;

import java.util.List;

/** What an event did. */
public sealed interface SessionTransition {

  /** It took effect. */
  record Moved(SessionState state, List<SessionEffect> effects) implements SessionTransition {
    /** Copies. */
    public Moved {
      effects = List.copyOf(effects);
    }
  }

  /** It is not allowed here; the state is as before and nothing is to be done. */
  record Rejected(RejectReason reason, String message) implements SessionTransition {}

  /** Why an event is not allowed. */
  enum RejectReason {
    /** The session ended before. */
    ALREADY_ENDED,
    /** The event belongs to another phase. */
    WRONG_PHASE,
    /** The same was said before. */
    DUPLICATE,
    /** Too many or too few nodes, one of them twice, or one that is there already. */
    WRONG_NODES,
    /** The session has no such node, or not in that state. */
    UNKNOWN_NODE,
    /** A negative amount. */
    BAD_AMOUNT,
    /** The task's highest cost is more than what is left. */
    OVER_BUDGET,
    /** The session's number of tasks is used up. */
    TASK_LIMIT,
    /** The session's time is over. */
    PAST_EXPIRY,
    /** The task is not held: never admitted, or counted before. */
    NOT_HELD,
    /** That timer was disarmed or fired before. */
    STALE_DEADLINE
  }
}
