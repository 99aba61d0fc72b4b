package io.myelin.protocol.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LogisticTest {
  @Test
  void shouldBeTheLogisticFunctionInThousandths() {
    for (int x = -12_000; x <= 12_000; x += 37) {
      double exact = 1_000 / (1 + Math.exp(-x / 1_024.0));
      assertThat((double) Logistic.thousandths(x)).as("%d", x).isCloseTo(exact, within(0.51));
    }
  }

  @Test
  void shouldBeSymmetricAndHaveEnds() {
    assertThat(Logistic.thousandths(0)).isEqualTo(500);
    for (long x : new long[] {1, 5, 900, 70_000, Integer.MAX_VALUE, Long.MAX_VALUE}) {
      assertThat(Logistic.thousandths(x) + Logistic.thousandths(-x)).isEqualTo(1_000);
    }
    assertThat(Logistic.thousandths(Long.MAX_VALUE)).isEqualTo(1_000);
    assertThat(Logistic.thousandths(Long.MIN_VALUE)).isZero();
  }
}
