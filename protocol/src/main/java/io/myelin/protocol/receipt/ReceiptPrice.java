package io.myelin.protocol.receipt;

import java.math.BigInteger;

/**
 * What it cost.
 *
 * @param inputWei per prompt token and node
 * @param outputWei per output token and node
 * @param totalWei charged, all nodes together
 */
public record ReceiptPrice(BigInteger inputWei, BigInteger outputWei, BigInteger totalWei) {
  private static final int WEI_BITS = 256;

  public ReceiptPrice {
    checkWei("inputWei", inputWei);
    checkWei("outputWei", outputWei);
    checkWei("totalWei", totalWei);
  }

  static void checkWei(String name, BigInteger wei) {
    if (wei.signum() < 0 || wei.bitLength() > WEI_BITS) {
      throw new IllegalArgumentException(name + ": " + wei + " (expected: 0 to 2^256 - 1)");
    }
  }

  /** What one node earns for so many tokens. */
  public BigInteger ofTokens(long promptTokens, long outputTokens) {
    return inputWei
        .multiply(BigInteger.valueOf(promptTokens))
        .add(outputWei.multiply(BigInteger.valueOf(outputTokens)));
  }
}
