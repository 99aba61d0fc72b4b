package io.myelin.compute.task;

import java.time.Duration;

/**
 * Limits on the tasks of a node.
 *
 * @param slots tasks it runs at once
 * @param evidenceLifetime how long a promise is kept when the gateway never asks
 * @param deadlineGrace how long past a task's deadline the engine may go on; the gateway enforces
 *     the deadline, so that a node whose clock is wrong still works
 */
public record TaskSettings(int slots, Duration evidenceLifetime, Duration deadlineGrace) {

  /** Checks ranges. */
  public TaskSettings {
    if (slots < 1) {
      throw new IllegalArgumentException("slots: " + slots + " (expected: >= 1)");
    }
    if (evidenceLifetime.isNegative() || deadlineGrace.isNegative()) {
      throw new IllegalArgumentException(
          "evidenceLifetime, deadlineGrace: "
              + evidenceLifetime
              + ", "
              + deadlineGrace
              + " (expected: >= 0)");
    }
  }

  /** A day of evidence, two minutes of grace. */
  public static TaskSettings withSlots(int slots) {
    return new TaskSettings(slots, Duration.ofDays(1), Duration.ofMinutes(2));
  }
}
