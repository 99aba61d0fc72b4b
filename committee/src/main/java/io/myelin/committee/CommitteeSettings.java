package io.myelin.committee;

import java.time.Duration;

/**
 * How long a committee is waited for.
 *
 * @param call longest wait for one answer of one member, but for reviews
 * @param total longest wait for an agreement, retries included
 * @param review longest wait for one review; a batch's total is this and {@code total}
 * @param moment how long others are waited for once a quorum has sealed its verdicts, and once one
 *     has agreed
 * @param retryPause between two tries of a member that did not answer; doubles up to 16 times
 */
public record CommitteeSettings(
    Duration call, Duration total, Duration review, Duration moment, Duration retryPause) {
  /** Checks the signs. */
  public CommitteeSettings {
    for (Duration time : new Duration[] {call, total, review, retryPause}) {
      if (!time.isPositive()) {
        throw new IllegalArgumentException("committee settings: " + time + " (expected: > 0)");
      }
    }
    if (moment.isNegative()) {
      throw new IllegalArgumentException("moment: " + moment + " (expected: >= 0)");
    }
  }

  /** 5 s a call, 20 s in all, 2 minutes a review, 100 ms for who is late, retries from 200 ms. */
  public static CommitteeSettings standard() {
    return new CommitteeSettings(
        Duration.ofSeconds(5),
        Duration.ofSeconds(20),
        Duration.ofMinutes(2),
        Duration.ofMillis(100),
        Duration.ofMillis(200));
  }

  /** The same with other waits for one answer and for all. */
  public CommitteeSettings within(Duration oneCall, Duration all) {
    return new CommitteeSettings(oneCall, all, review, moment, retryPause);
  }

  CommitteeSettings patient(Duration newMoment) {
    return new CommitteeSettings(call, total, review, newMoment, retryPause);
  }
}
