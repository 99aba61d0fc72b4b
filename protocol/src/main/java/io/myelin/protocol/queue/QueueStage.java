package io.myelin.protocol.queue;

/** Where the offer of a task to one node stands, in the order of the contract's numbers. */
public enum QueueStage {
  /** Not answered. */
  OFFERED,
  /** The node works. */
  ACKED,
  /** The node is bound to an answer. */
  PRECOMMITTED,
  /** The node has revealed truly. */
  COMMITTED,
  /** The node is out. */
  GONE;

  /**
   * Of the contract's number.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static QueueStage of(long number) {
    if (number < 0 || number >= values().length) {
      throw new IllegalArgumentException(
          "stage: " + number + " (expected: 0 to " + (values().length - 1) + ")");
    }
    return values()[(int) number];
  }
}
