package io.myelin.engine.sampling;

import io.myelin.protocol.sampling.Support;

/**
 * The model's distribution at one position: raw logits and what was worked out from them. Reused
 * from position to position; used by one thread.
 */
public final class Distribution {
  /** Quantised log-probabilities are natural logarithms times this. */
  public static final int QUANTUM = 1024;

  /** No log-probability is quantised below this. */
  public static final int LOWEST_Q10 = Support.LOWEST_Q10;

  // Raw logits beyond this make no sense, and no penalty of theirs may overflow.
  private static final int MOST_SHIFT_Q10 = 1 << 30;

  private final LogitKernel kernel;
  private final float[] logits;
  private final TopTokens top = new TopTokens();
  private int[] ranked = {};
  private float max;
  private double logSum;

  /** For a vocabulary of {@code size} tokens. */
  public Distribution(int size) {
    this(size, LogitKernel.best());
  }

  Distribution(int size, LogitKernel kernel) {
    if (size <= 0) {
      throw new IllegalArgumentException("size: " + size + " (expected: > 0)");
    }
    this.logits = new float[size];
    this.kernel = kernel;
  }

  /** Where the caller writes the logits before {@link #refresh}. */
  public float[] buffer() {
    return logits;
  }

  /**
   * Works out the distribution of the logits now in the buffer.
   *
   * @param ranks how many of the most likely tokens to rank at least
   * @throws ArithmeticException if the logits hold no finite maximum or a NaN
   */
  public void refresh(int ranks) {
    max = kernel.max(logits, logits.length);
    double sum = kernel.sumExp(logits, logits.length, max);
    if (Float.isNaN(max) || Float.isInfinite(max) || !(sum >= 0.5)) {
      throw new ArithmeticException("logits: maximum " + max + ", sum " + sum);
    }
    logSum = StrictMath.log(sum);
    rank(ranks);
  }

  /** Ranks at least {@code ranks} tokens (or all there are). */
  void rank(int ranks) {
    top.reset(Math.min(ranks, logits.length));
    kernel.top(logits, logits.length, top);
    ranked = top.drain();
  }

  /** Ids of the most likely tokens, best first, equal ones by lower id. */
  int[] ranked() {
    return ranked;
  }

  /** Number of tokens. */
  public int size() {
    return logits.length;
  }

  /** How many tokens are ranked now. */
  public int rankedCount() {
    return ranked.length;
  }

  /** The token at {@code rank}, 0 the most likely. */
  public int rankedToken(int rank) {
    return ranked[rank];
  }

  /** What has to be added to a quantised log-probability to get the raw logit, Q10. */
  int shiftQ10() {
    double shift = Math.rint((max + logSum) * QUANTUM);
    return (int) Math.clamp(shift, -MOST_SHIFT_Q10, MOST_SHIFT_Q10);
  }

  /** The model's own log-probability of the token, quantised. */
  public int logprobQ10(int token) {
    double logprob = (double) logits[token] - max - logSum;
    return logprob <= LOWEST_Q10 / (double) QUANTUM
        ? LOWEST_Q10
        : (int) Math.min(0, Math.rint(logprob * QUANTUM));
  }
}
