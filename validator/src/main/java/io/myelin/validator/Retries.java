package io.myelin.validator;

import io.myelin.protocol.leader.Duty;
import java.time.Duration;
import java.util.Map;

/**
 * When a duty that was tried and is still due is tried again: after a pause that doubles up to a
 * day, so that what the contract refuses costs ever less, and what failed for a while is done after
 * all. For one thread.
 */
final class Retries {
  private static final int MOST_REMEMBERED = 10_000;
  private static final long FIRST_MILLIS = Duration.ofSeconds(15).toMillis();
  private static final long LONGEST_MILLIS = Duration.ofDays(1).toMillis();
  private static final int MOST_DOUBLINGS = 13;

  private final Map<Duty, Tried> tried = Bounded.byAge(MOST_REMEMBERED);

  private record Tried(int times, long notBeforeMillis) {}

  /** Whether it may be tried now. */
  boolean mayTry(Duty duty, long nowMillis) {
    Tried before = tried.get(duty);
    return before == null || nowMillis >= before.notBeforeMillis();
  }

  /** It is tried now. */
  void tries(Duty duty, long nowMillis) {
    Tried before = tried.get(duty);
    int times = before == null ? 0 : before.times();
    long pauseMillis = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(times, MOST_DOUBLINGS));
    tried.put(duty, new Tried(times + 1, nowMillis + pauseMillis));
  }
}
