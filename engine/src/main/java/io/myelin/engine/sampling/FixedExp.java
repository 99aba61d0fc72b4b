package io.myelin.engine.sampling;

/** Powers of two with integers only, so that a draw replays to the bit on every machine. */
final class FixedExp {
  /** The weight 1.0. */
  static final long ONE = 1L << 32;

  private static final int TABLE_BITS = 10;
  private static final int REST_BITS = 32 - TABLE_BITS;
  // 2^(-k/1024) in Q32. StrictMath is the same everywhere.
  private static final long[] TABLE = new long[(1 << TABLE_BITS) + 1];

  static {
    for (int k = 0; k < TABLE.length; k++) {
      TABLE[k] = Math.round(StrictMath.pow(2, -k / (double) (1 << TABLE_BITS)) * ONE);
    }
  }

  private FixedExp() {}

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
