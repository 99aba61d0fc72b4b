package io.myelin.committee;

import java.time.Duration;

/** Waits between tries of one member, each twice as long as the last, up to 16 times the first. */
final class Pauses {
  private static final int MOST = 16;

  private final Duration longest;
  private Duration pause;

  Pauses(CommitteeSettings settings) {
    this.pause = settings.retryPause();
    this.longest = settings.retryPause().multipliedBy(MOST);
  }

  void next() throws InterruptedException {
    Thread.sleep(pause);
    Duration twice = pause.multipliedBy(2);
    pause = twice.compareTo(longest) < 0 ? twice : longest;
  }
}
