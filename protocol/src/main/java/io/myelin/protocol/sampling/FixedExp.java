package io.myelin.protocol.sampling;

import java.math.BigInteger;

/** Powers of two with integers only, so that a draw replays to the bit on every machine. */
final class FixedExp {
  /** The weight 1.0. */
  static final long ONE = 1L << 32;

  private static final int TABLE_BITS = 10;
  private static final int REST_BITS = 32 - TABLE_BITS;
  // Enough that a thousand rounded products still round to the right 32 bits.
  private static final int WORKING_BITS = 128;
  private static final long[] TABLE = table();

  private FixedExp() {}

  // 2^(-k/1024) in Q32: ten square roots of a half, then its powers.
  private static long[] table() {
    BigInteger root = BigInteger.ONE.shiftLeft(WORKING_BITS - 1);
    for (int i = 0; i < TABLE_BITS; i++) {
      root = root.shiftLeft(WORKING_BITS).sqrt();
    }
    long[] table = new long[(1 << TABLE_BITS) + 1];
    BigInteger power = BigInteger.ONE.shiftLeft(WORKING_BITS);
    BigInteger half = BigInteger.ONE.shiftLeft(WORKING_BITS - 33);
    for (int k = 0; k < table.length; k++) {
      table[k] = power.add(half).shiftRight(WORKING_BITS - 32).longValueExact();
      power = power.multiply(root).shiftRight(WORKING_BITS);
    }
    return table;
  }

  /**
   * 2 to the power of minus {@code exponent}, both in Q32.
   *
   * @param exponent {@code >= 0}
   */
  static long exp2Negative(long exponent) {
    long whole = exponent >>> 32;
    if (whole > 32) {
      return 0;
    }
    int index = (int) ((exponent & 0xFFFFFFFFL) >>> REST_BITS);
    long rest = exponent & ((1L << REST_BITS) - 1);
    long value = TABLE[index] - (((TABLE[index] - TABLE[index + 1]) * rest) >>> REST_BITS);
    return value >>> whole;
  }
}
