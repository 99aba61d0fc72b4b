package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.leader.Duty;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A duty that fails is not given up, and costs ever less. */
final class RetriesTest {
  private final Retries retries = new Retries();
  private final Duty duty = new Duty("cut", 7);

  @Test
  void shouldTryForEverAfterEverLongerPauses() {
    long nowMillis = 1_000;
    long pauseMillis = 15_000;
    for (int i = 0; i < 20; i++) {
      assertThat(retries.mayTry(duty, nowMillis)).isTrue();
      retries.tries(duty, nowMillis);
      assertThat(retries.mayTry(duty, nowMillis + pauseMillis - 1)).isFalse();
      nowMillis += pauseMillis;
      pauseMillis = Math.min(2 * pauseMillis, Duration.ofDays(1).toMillis());
    }
    assertThat(pauseMillis).isEqualTo(Duration.ofDays(1).toMillis());
    assertThat(retries.mayTry(new Duty("another", 7), 0)).isTrue();
  }
}
