package io.myelin.engine.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WorkerLimitsTest {

  @Test
  void backoffDoublesUpToItsEnd() {
    assertThat(IntStream.range(0, 4).mapToObj(WorkerLimits.DEFAULT::backoff))
        .containsExactly(
            Duration.ofMillis(100),
            Duration.ofMillis(200),
            Duration.ofMillis(400),
            Duration.ofMillis(800));
    assertThat(WorkerLimits.DEFAULT.backoff(Integer.MAX_VALUE)).isEqualTo(Duration.ofSeconds(30));
  }
}
