package io.myelin.compute.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DecodeSpeedTest {
  private static final long SECOND = 1_000_000_000L;
  private long now = 7 * SECOND + 123;
  private final DecodeSpeed speed = new DecodeSpeed(now);

  @Test
  void isUnknownBeforeAnyWork() {
    assertThat(speed.milliTokensPerSecond(now)).isZero();
  }

  @Test
  void countsBusyTimeOnly() {
    speed.taskStarted(now);
    now += 2 * SECOND;
    speed.decoded(50, now);
    speed.taskEnded(now);
    now += 10 * SECOND;
    assertThat(speed.milliTokensPerSecond(now)).isEqualTo(25_000);
  }

  @Test
  void twoTasksAtOnceAreBusyOnce() {
    speed.taskStarted(now);
    speed.taskStarted(now);
    now += 2 * SECOND;
    speed.decoded(80, now);
    assertThat(speed.milliTokensPerSecond(now)).isEqualTo(40_000);
  }

  @Test
  void forgetsAfterAMinute() {
    speed.taskStarted(now);
    now += SECOND;
    speed.decoded(10, now);
    speed.taskEnded(now);
    assertThat(speed.milliTokensPerSecond(now + 62 * SECOND)).isZero();
  }
}
