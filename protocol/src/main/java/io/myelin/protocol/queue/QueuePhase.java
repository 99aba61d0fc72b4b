package io.myelin.protocol.queue;

/** Where a task of the queue stands, in the order of the contract's numbers. */
public enum QueuePhase {
  /** Not known. */
  NONE,
  /** Waits for its nodes to be drawn. */
  QUEUED,
  /** Offered; its primary has not taken it on. */
  DISPATCHED,
  /** Its primary works. */
  ACKED,
  /** Every node is bound to an answer. */
  PRECOMMITTED,
  /** Every node has revealed; a verdict is due. */
  COMMITTED,
  /** Ended well, and was paid. */
  COMPLETED,
  /** Ended, and cost nothing. */
  FAILED,
  /** Taken back by its client. */
  CANCELLED;

  /** Whether nothing more happens to it. */
  public boolean isEnd() {
    return switch (this) {
      case COMPLETED, FAILED, CANCELLED -> true;
      case NONE, QUEUED, DISPATCHED, ACKED, PRECOMMITTED, COMMITTED -> false;
    };
  }

  /**
   * Of the contract's number.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static QueuePhase of(long number) {
    if (number < 0 || number >= values().length) {
      throw new IllegalArgumentException(
          "phase: " + number + " (expected: 0 to " + (values().length - 1) + ")");
    }
    return values()[(int) number];
  }
}
