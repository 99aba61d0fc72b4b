package io.myelin.compute.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff = new Backoff(500, 30_000);

  @Test
  void doublesUpToItsMostAndJittersHalf() {
    Random random = new Random(5);
    for (int failures = 1; failures <= 100; failures++) {
      long full = Math.min(30_000, 500L << Math.min(failures - 1, 20));
      for (int i = 0; i < 50; i++) {
        assertThat(backoff.delayMillis(failures, random)).isBetween(full / 2, full);
      }
    }
  }

  @Test
  void twoNodesDoNotComeBackTogether() {
    assertThat(backoff.delayMillis(6, new Random(1)))
        .isNotEqualTo(backoff.delayMillis(6, new Random(2)));
  }

  @Test
  void refusesNonsense() {
    assertThatThrownBy(() -> new Backoff(10, 5)).hasMessageContaining("10, 5");
    assertThatThrownBy(() -> backoff.delayMillis(0, new Random(1))).hasMessageContaining("0");
  }
}
