package io.myelin.compute.link;

import java.util.random.RandomGenerator;

/**
 * Waits between attempts to connect: doubling up to a most, with half of it random so that nodes do
 * not come back all at once.
 *
 * @param firstMillis wait after the first failure, before jitter
 * @param mostMillis longest wait
 */
public record Backoff(long firstMillis, long mostMillis) {

  /** Half a second, up to five: a task waits ten for a node, also after its gateway restarted. */
  public static final Backoff DEFAULT = new Backoff(500, 5_000);

  /** Checks the range. */
  public Backoff {
    if (firstMillis < 1 || mostMillis < firstMillis) {
      throw new IllegalArgumentException(
          "firstMillis, mostMillis: "
              + firstMillis
              + ", "
              + mostMillis
              + " (expected: 1 <= firstMillis <= mostMillis)");
    }
  }

  /**
   * How long to wait.
   *
   * @param failures failed attempts in a row, from 1
   */
  public long delayMillis(int failures, RandomGenerator random) {
    if (failures < 1) {
      throw new IllegalArgumentException("failures: " + failures + " (expected: >= 1)");
    }
    int doublings = Math.min(failures - 1, 40);
    long full = firstMillis > (mostMillis >> doublings) ? mostMillis : firstMillis << doublings;
    long half = full / 2;
    return half + random.nextLong(full - half + 1);
  }
}
