package io.myelin.chain;

import java.math.BigInteger;

/**
 * What the last blocks say of the next one's price.
 *
 * @param nextBaseFeeWei base fee of the block to come
 * @param tipWei median over the last blocks of a middling tip in each
 */
public record FeeMarket(BigInteger nextBaseFeeWei, BigInteger tipWei) {
  /** Checks the signs. */
  public FeeMarket {
    if (nextBaseFeeWei.signum() < 0 || tipWei.signum() < 0) {
      throw new IllegalArgumentException(
          "fee market: base " + nextBaseFeeWei + ", tip " + tipWei + " (expected: >= 0 wei)");
    }
  }
}
