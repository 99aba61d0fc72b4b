package io.myelin.protocol.session;

/**
 * How long each stage may take, in milliseconds.
 *
 * @param selectMillis to choose nodes; while active, until the search for a lost node's successor
 *     is repeated
 * @param approveMillis for the approval
 * @param fundMillis for the escrow and the nodes' reservations
 * @param drainMillis for running tasks to end once the session closes
 * @param moneyRetryMillis until a settlement or refund that was not confirmed is asked for again
 */
public record SessionTimings(
    long selectMillis,
    long approveMillis,
    long fundMillis,
    long drainMillis,
    long moneyRetryMillis) {

  /** Checks ranges. */
  public SessionTimings {
    long least = Math.min(Math.min(selectMillis, approveMillis), Math.min(fundMillis, drainMillis));
    if (Math.min(least, moneyRetryMillis) <= 0) {
      throw new IllegalArgumentException(
          "a stage of " + Math.min(least, moneyRetryMillis) + " ms (expected: > 0)");
    }
  }

  /** What a gateway uses unless configured otherwise. */
  public static SessionTimings defaults() {
    return new SessionTimings(10_000, 30_000, 300_000, 60_000, 30_000);
  }
}
