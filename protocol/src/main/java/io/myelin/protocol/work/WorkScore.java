package io.myelin.protocol.work;

/**
 * How far a node's signed log-probabilities are from the checker's, over one answer.
 * Log-probabilities are quantised: natural logarithm times 1,024.
 *
 * @param tokens output tokens compared, at least 1
 * @param meanQ10 mean distance of the chosen tokens' log-probabilities
 * @param worstQ10 largest distance
 * @param outside positions whose chosen token is not among the checker's likely ones
 */
public record WorkScore(int tokens, double meanQ10, int worstQ10, int outside) {

  /** Checks ranges. */
  public WorkScore {
    if (tokens < 1) {
      throw new IllegalArgumentException("tokens: " + tokens + " (expected: >= 1)");
    }
    if (!(meanQ10 >= 0) || worstQ10 < 0 || outside < 0 || outside > tokens) {
      throw new IllegalArgumentException(
          "meanQ10, worstQ10, outside: %s, %d, %d (expected: >= 0, outside at most %d)"
              .formatted(meanQ10, worstQ10, outside, tokens));
    }
  }
}
