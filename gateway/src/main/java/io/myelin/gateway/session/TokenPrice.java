package io.myelin.gateway.session;

import java.math.BigInteger;

/**
 * What a token costs.
 *
 * @param inputWei per prompt token
 * @param outputWei per output token
 */
public record TokenPrice(BigInteger inputWei, BigInteger outputWei) {

  /** Checks signs. */
  public TokenPrice {
    if (inputWei.signum() < 0 || outputWei.signum() < 0) {
      throw new IllegalArgumentException(
          "price: " + inputWei + "/" + outputWei + " wei (expected: >= 0)");
    }
  }

  /** What one node earns for so many tokens. */
  public BigInteger ofTokens(long promptTokens, long outputTokens) {
    return inputWei
        .multiply(BigInteger.valueOf(promptTokens))
        .add(outputWei.multiply(BigInteger.valueOf(outputTokens)));
  }
}
