package io.myelin.contracts.differential;

import io.myelin.protocol.session.SessionPhase;
import io.myelin.protocol.session.SessionPhase.CloseCause;
import io.myelin.protocol.session.SessionTransition.RejectReason;

/** What Java's session machine calls a thing, in the words of the contracts. */
final class SessionTranslation {
  private SessionTranslation() {}

  /** The queue's error when a task is not admitted. */
  static String hold(RejectReason reason) {
    return switch (reason) {
      case ALREADY_ENDED, WRONG_PHASE -> "BadSession";
      case DUPLICATE -> "Duplicate";
      case PAST_EXPIRY -> "PastExpiry";
      case TASK_LIMIT -> "TaskLimit";
      case OVER_BUDGET -> "OverBudget";
      // Amounts of a contract have no sign; the rest are no answers to a task.
      case BAD_AMOUNT, WRONG_NODES, UNKNOWN_NODE, NOT_HELD, STALE_DEADLINE ->
          throw new IllegalStateException("no task is rejected with " + reason);
    };
  }

  /** The phase, by its place in {@code InferencePayment.Phase}, of a session of the queue. */
  static long phase(SessionPhase phase) {
    return switch (phase) {
      case SessionPhase.Active _ -> 1;
      // The escrow knows money, not tasks: work that was done for nothing is no work to it.
      case SessionPhase.Closed c ->
          c.cause() == CloseCause.EXPIRY && c.spentWei().signum() == 0 ? 5 : 4;
      case SessionPhase.Expired _ -> 5;
      case SessionPhase.Requested _,
          SessionPhase.Approved _,
          SessionPhase.Settling _,
          SessionPhase.Failed _ ->
          throw new IllegalStateException("no session of the queue is " + phase.label());
    };
  }
}
