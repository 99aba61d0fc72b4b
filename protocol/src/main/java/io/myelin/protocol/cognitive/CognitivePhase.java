package io.myelin.protocol.cognitive;

/** What a round waits for. */
public enum CognitivePhase {
  /** The creator's topic. */
  CREATE(1),
  /** The preparer's questions. */
  PREPARE(2),
  /** The word of those who are to answer that they are there. */
  START(3),
  /** Their precommits. */
  PRECOMMIT(4),
  /** Their answers. */
  COMMIT(5),
  /** A committee's word on the answers. */
  JUDGE(6),
  /** Nothing: it was judged. */
  ENDED(7),
  /** Nothing: nobody was left for a stage, or nobody judged. */
  FAILED(8);

  private final int number;

  CognitivePhase(int number) {
    this.number = number;
  }

  /** What {@code Cognitive} calls it; before a round it has 0. */
  public int number() {
    return number;
  }

  /**
   * By what {@code Cognitive} calls it.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static CognitivePhase of(long number) {
    for (CognitivePhase phase : values()) {
      if (phase.number == number) {
        return phase;
      }
    }
    throw new IllegalArgumentException("phase: " + number + " (expected: 1 to 8)");
  }

  /** Whether it waits for nothing any more. */
  public boolean isEnd() {
    return this == ENDED || this == FAILED;
  }
}
