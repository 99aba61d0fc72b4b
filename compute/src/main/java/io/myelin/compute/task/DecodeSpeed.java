package io.myelin.compute.task;

import java.util.Arrays;

/**
 * Tokens per second of busy time over the last minute, in one-second buckets. Safe for several
 * threads.
 */
final class DecodeSpeed {
  private static final int BUCKETS = 60;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final long[] second = new long[BUCKETS];
  private final long[] tokens = new long[BUCKETS];
  private final long[] busyNanos = new long[BUCKETS];
  private int running;
  private long countedUntilNanos;

  DecodeSpeed(long nowNanos) {
    countedUntilNanos = nowNanos;
    Arrays.fill(second, Long.MIN_VALUE);
  }

  synchronized void taskStarted(long nowNanos) {
    countBusy(nowNanos);
    running++;
  }

  synchronized void taskEnded(long nowNanos) {
    countBusy(nowNanos);
    running--;
  }

  synchronized void decoded(int count, long nowNanos) {
    tokens[bucket(Math.floorDiv(nowNanos, NANOS_PER_SECOND))] += count;
  }

  /** Thousandths of tokens per second; 0 while unknown. */
  synchronized long milliTokensPerSecond(long nowNanos) {
    countBusy(nowNanos);
    long newest = Math.floorDiv(nowNanos, NANOS_PER_SECOND);
    long allTokens = 0;
    long allBusyNanos = 0;
    for (int i = 0; i < BUCKETS; i++) {
      if (second[i] > newest - BUCKETS) {
        allTokens += tokens[i];
        allBusyNanos += busyNanos[i];
      }
    }
    return allBusyNanos == 0 ? 0 : Math.round(allTokens * 1e12 / allBusyNanos);
  }

  private void countBusy(long nowNanos) {
    long from = Math.max(countedUntilNanos, nowNanos - BUCKETS * NANOS_PER_SECOND);
    countedUntilNanos = nowNanos;
    while (running > 0 && from < nowNanos) {
      long s = Math.floorDiv(from, NANOS_PER_SECOND);
      long until = Math.min(nowNanos, (s + 1) * NANOS_PER_SECOND);
      busyNanos[bucket(s)] += until - from;
      from = until;
    }
  }

  private int bucket(long s) {
    int i = Math.floorMod(s, BUCKETS);
    if (second[i] != s) {
      second[i] = s;
      tokens[i] = 0;
      busyNanos[i] = 0;
    }
    return i;
  }
}
