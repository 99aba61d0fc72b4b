package io.myelin.cli.chaos;

import java.time.Duration;

/** A process that is killed and comes back by itself, as under a supervisor. */
interface Victim extends AutoCloseable {
  /** What it is, for the figures. */
  String kind();

  /** Whether it runs and answers. */
  boolean isUp();

  /** Whether it runs; it may be starting. */
  boolean isAlive();

  /**
   * {@code kill -9}; it starts again after the pause.
   *
   * @return false when it did not run, and so was not killed
   */
  boolean kill(Duration pause) throws Exception;

  /** Longest time from its death until it answered again. */
  Duration longestRecovery();

  @Override
  void close();
}
