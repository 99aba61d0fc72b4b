package io.myelin.protocol.sampling;

import java.util.Map;

/**
 * A request's sampling parameters as integers. Qn is a number times 2^n.
 *
 * @param seed of the counter-based generator
 * @param greedy whether the most likely token is taken and nothing drawn
 * @param scale log2(e) / temperature in Q22: nats in Q10 times this are a power of two in Q32
 * @param topK most candidates of a draw; 0 for no bound of its own
 * @param topPQ32 share of the weight that the kept candidates have together; 0 or 2^32 is off
 * @param minPQ32 least weight against the best; 0 is off
 * @param presenceQ20 nats taken from tokens that the output holds
 * @param frequencyQ20 nats taken for each time the output holds a token
 * @param repeatQ20 divides positive logits and multiplies negative ones of tokens that prompt or
 *     output hold, at least 1; {@link #NO_REPEAT} is off
 * @param biasQ20 nats added to a token, by its id
 */
public record SamplingRule(
    long seed,
    boolean greedy,
    long scale,
    int topK,
    long topPQ32,
    long minPQ32,
    long presenceQ20,
    long frequencyQ20,
    long repeatQ20,
    Map<Integer, Long> biasQ20) {
  /** A repeat penalty of 1. */
  public static final long NO_REPEAT = 1L << 20;

  /** Bits of {@link #scale} at most: its product with any distance fits a long. */
  static final int SCALE_BITS = 36;

  /** Checks ranges and copies. */
  public SamplingRule {
    biasQ20 = Map.copyOf(biasQ20);
    if (scale < 0 || scale >>> SCALE_BITS != 0) {
      throw new IllegalArgumentException(
          "scale: " + scale + " (expected: 0.." + ((1L << SCALE_BITS) - 1) + ")");
    }
    if (topK < 0 || topPQ32 < 0 || topPQ32 > FixedExp.ONE || minPQ32 < 0) {
      throw new IllegalArgumentException(
          "topK, topPQ32, minPQ32: %d, %d, %d (expected: >= 0, topPQ32 at most %d)"
              .formatted(topK, topPQ32, minPQ32, FixedExp.ONE));
    }
    if (repeatQ20 < 1) {
      throw new IllegalArgumentException("repeatQ20: " + repeatQ20 + " (expected: >= 1)");
    }
  }

  /** Whether nothing but the model's own probabilities decides. */
  public boolean plain() {
    return biasQ20.isEmpty() && presenceQ20 == 0 && frequencyQ20 == 0 && !repeats();
  }

  /** Whether there is a repeat penalty: then the prompt's tokens and raw logits are needed. */
  public boolean repeats() {
    return repeatQ20 != NO_REPEAT;
  }
}
