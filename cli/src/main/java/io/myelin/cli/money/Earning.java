package io.myelin.cli.money;

import java.math.BigInteger;

/**
 * What an account earned in one role.
 *
 * @param pendingWei settled, inside the challenge window
 * @param creditedWei became credits, fetched since or not
 */
record Earning(BigInteger pendingWei, BigInteger creditedWei) {
  /** Nothing. */
  static final Earning NONE = new Earning(BigInteger.ZERO, BigInteger.ZERO);

  /** Whether there never was anything. */
  boolean isNone() {
    return equals(NONE);
  }
}
