package io.myelin.protocol.settlement;

import java.math.BigInteger;

/** The ranges that the contracts' integers have. */
final class Ranges {
  private static final int WEI_BITS = 128;

  private Ranges() {}

  static void wei(String name, BigInteger value) {
    if (value.signum() < 0 || value.bitLength() > WEI_BITS) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: 0 to 2^" + WEI_BITS + " - 1)");
    }
  }

  static void uint(String name, long value, int bits) {
    if (value < 0 || (bits < 63 && value >> bits != 0)) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: an unsigned integer of " + bits + " bits)");
    }
  }
}
