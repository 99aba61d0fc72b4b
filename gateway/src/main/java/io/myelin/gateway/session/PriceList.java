package io.myelin.gateway.session;

import java.math.BigInteger;

/** What a model's tokens cost at this gateway. */
public interface PriceList {

  /** The price of a model; every model has one. */
  Price price(String model);

  /**
   * Wei per token.
   *
   * @param inputWei per prompt token
   * @param outputWei per output token
   */
  record Price(BigInteger inputWei, BigInteger outputWei) {

    /** Checks signs. */
    public Price {
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
}
