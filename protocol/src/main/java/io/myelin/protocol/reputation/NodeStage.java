package io.myelin.protocol.reputation;

/** What a node is counted for. */
public enum NodeStage {
  /** Taking a task. */
  REQUEST(0),
  /** Making a round's topic. */
  CREATE(1),
  /** Making a round's questions. */
  PREPARE(2),
  /** Being there when a round's questions are. */
  START(3),
  /** Binding itself to an answer. */
  PRECOMMIT(4),
  /** Revealing the answer it was bound to. */
  COMMIT(5),
  /** Finishing a task. */
  END(6),
  /** What its answers were worth when they were checked. */
  CORRECTNESS(7),
  /** Answering when called. */
  PING(8),
  /** Delivering what it finished to the client, in time. */
  DELIVERY(9);

  private final int number;

  NodeStage(int number) {
    this.number = number;
  }

  /** What {@code NodeStats} calls it. */
  public int number() {
    return number;
  }

  /**
   * By its number.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static NodeStage of(int number) {
    for (NodeStage stage : values()) {
      if (stage.number == number) {
        return stage;
      }
    }
    throw new IllegalArgumentException(
        "stage: %d (expected: 0 to %d)".formatted(number, values().length - 1));
  }
}
