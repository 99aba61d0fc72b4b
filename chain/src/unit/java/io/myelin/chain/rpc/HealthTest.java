package io.myelin.chain.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HealthTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void shouldRestTwiceAsLongWithEachFailure() {
    Health health = Health.GOOD;
    long expected = SECOND / 2;
    for (int i = 0; i < 8; i++) {
      health = health.failed(0);
      assertThat(health.restsAt(expected - 1)).isTrue();
      assertThat(health.restsAt(expected)).isFalse();
      expected *= 2;
    }
    assertThat(health.failed(0).restsAt(65 * SECOND)).as("64 s at most").isFalse();
  }

  @Test
  void shouldBeGoodAgainAfterOneAnswer() {
    assertThat(Health.GOOD.failed(0).answered(false, 1).restsAt(1)).isFalse();
  }

  @Test
  void shouldRestOnlyAfterThreeSlowAnswersInARow() {
    Health health = Health.GOOD.answered(true, 0).answered(true, 0);
    assertThat(health.restsAt(0)).isFalse();
    assertThat(health.answered(false, 0).answered(true, 0).restsAt(0)).isFalse();
    assertThat(health.answered(true, 0).restsAt(0)).isTrue();
  }

  @Test
  void shouldNotForgiveALieForOneGoodAnswer() {
    Health health = Health.GOOD.misleading("lying", SECOND, 0);
    assertThat(health.answered(false, 1).restsAt(2)).isTrue();
  }
}
