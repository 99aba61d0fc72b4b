package io.myelin.contracts.differential;

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
}
