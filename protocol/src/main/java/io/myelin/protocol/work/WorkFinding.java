package io.myelin.protocol.work;

/** What a checker finds of the evidence that one node signed for one answer. */
public sealed interface WorkFinding {

  /**
   * All of it is, bit for bit, what the checker's own copy of the model says.
   *
   * @param tokens output tokens that were compared
   */
  record Exact(int tokens) implements WorkFinding {}

  /**
   * It cannot be what the model said. One of these convicts.
   *
   * @param kind what was found
   * @param position of the first output token that is wrong, 0 the first that this node made
   * @param detail what was found and what was expected, for people
   */
  record Lie(Kind kind, int position, String detail) implements WorkFinding {}

  /**
   * Node and checker are of different equivalence classes, so numbers differ also between honest
   * ones: one sample of a history, which alone convicts nobody.
   *
   * @param score how far apart they are
   * @param checkerClass equivalence class of the checker
   */
  record Measured(WorkScore score, String checkerClass) implements WorkFinding {}

  /**
   * Nothing can be said: the checker lacks the model, or the evidence is of a kind that has no
   * log-probabilities.
   *
   * @param reason for people
   */
  record Undecided(String reason) implements WorkFinding {}

  /** Ways to be wrong. */
  enum Kind {
    /** The evidence does not fit its own commitment, the text or itself. */
    MALFORMED,
    /** The signed log-probabilities and the agreed seed give another token. */
    SAMPLER,
    /** Of one equivalence class, and yet other log-probabilities. */
    LOGPROBS
  }
}
