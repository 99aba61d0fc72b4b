package io.myelin.cli.money;

import java.util.Locale;

/** Where a session's money stands on chain; numbered as the contract does. */
enum ChainPhase {
  /** Never opened. */
  NONE,
  /** In escrow; tasks run. */
  ACTIVE,
  /** In escrow; the gateway settles. */
  CLOSING,
  /** Inside the challenge window. */
  SETTLED,
  /** Paid out, final. */
  CLOSED,
  /** Given back because nobody settled, final. */
  EXPIRED,
  /** Given back because the gateway gave up, final. */
  FAILED;

  /** By the contract's number. */
  static ChainPhase of(long number) {
    if (number < 0 || number >= values().length) {
      throw new IllegalArgumentException(
          "phase: " + number + " (expected: 0 to " + (values().length - 1) + ")");
    }
    return values()[(int) number];
  }

  /** Whether nothing follows. */
  boolean isFinal() {
    return compareTo(CLOSED) >= 0;
  }

  /** As it is shown. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
