package io.myelin.protocol.settlement;

import java.math.BigInteger;
import java.util.OptionalLong;

/**
 * What a verdict of fraud cut from a node's stake, and what can still become of it: the rule of the
 * contract {@code Appeals}, for those who have to know when something is due.
 *
 * @param phase where it stands
 * @param cutWei of the stake
 * @param sinceSeconds when it was locked, or appealed
 * @param judgedBy the set whose committee decides an appeal
 */
public record FraudCut(Phase phase, BigInteger cutWei, long sinceSeconds, long judgedBy) {
  /** The share of its stake that a node loses for fraud, in ten-thousandths. */
  public static final long FRAUD_BPS = 3_000;

  /** How long a cut can be appealed. */
  public static final long APPEAL_SECONDS = 3 * 86_400;

  /** How long a committee has for an appeal. */
  public static final long DECIDE_SECONDS = 3 * 86_400;

  private static final BigInteger APPEAL_BOND_BPS = BigInteger.valueOf(500);
  private static final BigInteger BPS = BigInteger.valueOf(10_000);

  /** Where a cut stands. */
  public enum Phase {
    /** There is none. */
    NONE,
    /** It can be appealed. */
    LOCKED,
    /** Another committee decides. */
    APPEALED,
    /** The verdict was overturned. */
    RETURNED,
    /** It is paid out to who brought the verdict, and the treasury. */
    GONE;

    /**
     * By the contract's number.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Phase of(long number) {
      if (number < 0 || number >= values().length) {
        throw new IllegalArgumentException(
            "phase: %d (expected: 0 to %d)".formatted(number, values().length - 1));
      }
      return values()[(int) number];
    }

    /** Whether something can still become of it. */
    public boolean isOpen() {
      return this == LOCKED || this == APPEALED;
    }
  }

  /** Checks ranges. */
  public FraudCut {
    if (cutWei.signum() < 0 || sinceSeconds < 0 || judgedBy < 0) {
      throw new IllegalArgumentException(
          "cutWei, sinceSeconds, judgedBy: %s, %d, %d (expected: >= 0)"
              .formatted(cutWei, sinceSeconds, judgedBy));
    }
  }

  /**
   * Until when it can be appealed, or its appeal decided; from then on anyone ends it. Empty for
   * what is ended, and while the committee's set is not made.
   *
   * @param setMadeAtSeconds when set {@link #judgedBy} was made; 0 when it is not
   */
  public OptionalLong openUntil(long setMadeAtSeconds) {
    return switch (phase) {
      case LOCKED -> OptionalLong.of(sinceSeconds + APPEAL_SECONDS);
      case APPEALED ->
          setMadeAtSeconds == 0
              ? OptionalLong.empty()
              : OptionalLong.of(Math.max(setMadeAtSeconds, sinceSeconds) + DECIDE_SECONDS);
      case NONE, RETURNED, GONE -> OptionalLong.empty();
    };
  }

  /**
   * From when on a verdict is overturned whose evidence nobody has shown: half of the time to
   * decide. The first half is for those who have it.
   *
   * @param openUntilSeconds until when the appeal can be decided
   */
  public static long unshownFromSeconds(long openUntilSeconds) {
    return openUntilSeconds - DECIDE_SECONDS / 2;
  }

  /**
   * What an appeal costs to try: a twentieth of the cut, at least of what the least stake would
   * lose, and never nothing.
   *
   * @param leastStakeWei that a node must have
   */
  public BigInteger bondWei(BigInteger leastStakeWei) {
    BigInteger least = leastStakeWei.multiply(BigInteger.valueOf(FRAUD_BPS)).divide(BPS);
    return cutWei.max(least).multiply(APPEAL_BOND_BPS).divide(BPS).max(BigInteger.ONE);
  }
}
