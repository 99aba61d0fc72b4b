package io.myelin.protocol.reputation;

/**
 * How a node did at one stage, the past weighing less and less: with each whole day that passes
 * what was counted keeps 967 parts of 1,024, so after twelve days half.
 *
 * @param attempts in {@link #UNIT}s
 * @param successes in units, at most the attempts
 * @param streak successes since the last failure, in whole numbers; it does not decay
 * @param sinceSeconds up to when the past was weighed, Unix time; moves in whole days
 */
public record StageCounter(long attempts, long successes, long streak, long sinceSeconds) {
  /** One attempt that just happened. */
  public static final long UNIT = 1_024;

  private static final long DAY_SECONDS = 86_400;
  private static final long KEPT = 967;

  /** After so many days nothing is left of a count that fits. */
  private static final long FORGOTTEN_DAYS = 1_024;

  private static final long MOST = Long.MAX_VALUE / (2 * UNIT);

  /** Checks ranges. */
  public StageCounter {
    if (successes < 0 || attempts < successes || attempts > MOST || streak < 0) {
      throw new IllegalArgumentException(
          "attempts, successes, streak: %d, %d, %d (expected: 0 <= successes <= attempts <= %d)"
              .formatted(attempts, successes, streak, MOST));
    }
  }

  /** Nothing counted. */
  public static StageCounter empty(long nowSeconds) {
    return new StageCounter(0, 0, 0, nowSeconds);
  }

  /** As it weighs at a time; one before {@code sinceSeconds} changes nothing. */
  public StageCounter at(long nowSeconds) {
    long days = Math.max(0, (nowSeconds - sinceSeconds) / DAY_SECONDS);
    if (days == 0) {
      return this;
    }
    long tried = attempts;
    long done = successes;
    for (long day = 0; day < Math.min(days, FORGOTTEN_DAYS); day++) {
      tried = tried * KEPT / UNIT;
      done = done * KEPT / UNIT;
    }
    return new StageCounter(tried, done, streak, sinceSeconds + days * DAY_SECONDS);
  }

  /**
   * With one attempt more; where a conviction was overturned with one failure less, as long as one
   * is remembered. That one weighs as if it were new, so that nothing of it is left.
   */
  public StageCounter record(StageMark mark, long nowSeconds) {
    StageCounter now = at(nowSeconds);
    if (mark == StageMark.CLEARED) {
      long kept = Math.max(now.successes, now.attempts - UNIT);
      return new StageCounter(kept, now.successes, now.streak, now.sinceSeconds);
    }
    boolean success = mark == StageMark.SUCCESS;
    long tried = Math.min(MOST, now.attempts + UNIT);
    return new StageCounter(
        tried,
        Math.min(tried, now.successes + (success ? UNIT : 0)),
        success ? now.streak + 1 : 0,
        now.sinceSeconds);
  }

  /** The share of successes that can be believed, in millionths; 0 when nothing is counted. */
  public int believedPpm() {
    return LowerBound.ppm(successes, attempts, UNIT);
  }
}
