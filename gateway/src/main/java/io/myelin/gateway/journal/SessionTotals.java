package io.myelin.gateway.journal;

import java.math.BigInteger;

/**
 * What was counted for a session so far.
 *
 * @param spentWei sum of the counted tasks' prices
 * @param tasks tasks counted
 */
public record SessionTotals(BigInteger spentWei, long tasks, long promptTokens, long outputTokens) {
  /** Nothing counted. */
  public static final SessionTotals NONE = new SessionTotals(BigInteger.ZERO, 0, 0, 0);
}
