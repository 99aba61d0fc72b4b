package io.myelin.gateway.session;

import java.math.BigInteger;

/**
 * What one task cost its session.
 *
 * @param priceWei in wei
 * @param promptTokens tokens of the prompt
 * @param outputTokens tokens delivered
 */
public record TaskUsage(BigInteger priceWei, long promptTokens, long outputTokens) {
  /** Checks ranges. */
  public TaskUsage {
    if (priceWei.signum() < 0 || promptTokens < 0 || outputTokens < 0) {
      throw new IllegalArgumentException(
          "usage: %s wei, %d and %d tokens (expected: none negative)"
              .formatted(priceWei, promptTokens, outputTokens));
    }
  }
}
