package io.myelin.engine.worker;

import java.time.Duration;

/**
 * How long things may take between a node and its worker.
 *
 * @param start until a new worker listens, its model loaded
 * @param handshake until a worker answers the first message of a connection
 * @param call until a score or an embedding is there
 * @param ping between two signs of life asked for
 * @param silence without a sign of life before the worker counts as hung and is killed
 * @param firstBackoff before the first restart; doubles with each that fails
 * @param lastBackoff where doubling ends
 * @param close for a worker to end by itself when its node closes
 */
public record WorkerLimits(
    Duration start,
    Duration handshake,
    Duration call,
    Duration ping,
    Duration silence,
    Duration firstBackoff,
    Duration lastBackoff,
    Duration close) {

  /** For real use. */
  public static final WorkerLimits DEFAULT =
      new WorkerLimits(
          Duration.ofSeconds(120),
          Duration.ofSeconds(10),
          Duration.ofMinutes(5),
          Duration.ofSeconds(2),
          Duration.ofSeconds(20),
          Duration.ofMillis(100),
          Duration.ofSeconds(30),
          Duration.ofSeconds(7));

  /** All must be positive. */
  public WorkerLimits {
    for (Duration one :
        new Duration[] {start, handshake, call, ping, silence, firstBackoff, lastBackoff, close}) {
      if (one.isZero() || one.isNegative()) {
        throw new IllegalArgumentException("a limit of " + one + " (expected: > 0)");
      }
    }
  }

  /** How long to wait before the restart that follows this many failed ones. */
  Duration backoff(int failures) {
    Duration wait = firstBackoff.multipliedBy(1L << Math.min(failures, 20));
    return wait.compareTo(lastBackoff) > 0 ? lastBackoff : wait;
  }
}
