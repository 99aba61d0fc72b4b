package io.myelin.chain.rpc;

/**
 * What is known of one endpoint; pure, the clock is passed in.
 *
 * @param failures calls that failed in a row
 * @param slowAnswers answers that were slow in a row
 * @param avoidUntilNanos when it may be preferred again; meaningful while {@code avoided}
 * @param avoided whether others go first
 * @param why for messages
 */
record Health(int failures, int slowAnswers, long avoidUntilNanos, boolean avoided, String why) {
  static final Health GOOD = new Health(0, 0, 0, false, "");

  private static final long FIRST_REST_NANOS = 500_000_000L;
  private static final int DOUBLINGS = 7;
  private static final int SLOW_IN_A_ROW = 3;
  private static final long SLOW_REST_NANOS = 30_000_000_000L;

  /** An answer came in time. */
  Health answered(boolean slowly, long nowNanos) {
    if (!slowly) {
      return failures == 0 && slowAnswers == 0
          ? this
          : new Health(0, 0, avoidUntilNanos, avoided && !"failed".equals(why), why);
    }
    int slow = slowAnswers + 1;
    return slow < SLOW_IN_A_ROW
        ? new Health(0, slow, avoidUntilNanos, avoided, why)
        : new Health(0, slow, nowNanos + SLOW_REST_NANOS, true, "slow");
  }

  /** No answer that can be used: it rests, twice as long each time, 64 s at most. */
  Health failed(long nowNanos) {
    long rest = FIRST_REST_NANOS << Math.min(failures, DOUBLINGS);
    return new Health(failures + 1, slowAnswers, nowNanos + rest, true, "failed");
  }

  /** It answers, but its view of the chain is not to be used. */
  Health misleading(String reason, long restNanos, long nowNanos) {
    return new Health(failures, slowAnswers, nowNanos + restNanos, true, reason);
  }

  /** Whether others go first at this time. */
  boolean restsAt(long nowNanos) {
    return avoided && nowNanos - avoidUntilNanos < 0;
  }
}
