package io.myelin.chain;

import java.math.BigInteger;

/**
 * What a transaction offers for one gas (EIP-1559).
 *
 * @param maxWei at most this, base fee and tip together
 * @param tipWei of which this goes to the block's maker
 */
public record Fees(BigInteger maxWei, BigInteger tipWei) {
  /** Checks the order of the two. */
  public Fees {
    if (tipWei.signum() < 0 || maxWei.compareTo(tipWei) < 0) {
      throw new IllegalArgumentException(
          "fees: at most " + maxWei + " wei, tip " + tipWei + " wei (expected: 0 <= tip <= most)");
    }
  }
}
