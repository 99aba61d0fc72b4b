package io.myelin.bench.verification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.myelin.protocol.work.Calibration;
import io.myelin.protocol.work.Sprt;
import io.myelin.protocol.work.WorkScore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictErrorTest {
  private static final Sprt SPRT = Sprt.standard();

  @Test
  void shouldBeTheGamblersRuin() {
    // Steps of one nat with odds e to one: ruin (1 - q^a) / (1 - q^(a + b)) with q = p / (1 - p).
    double up = 1 / (1 + Math.E);
    double odds = Math.E;
    double expected = (Math.pow(odds, 7) - 1) / (Math.pow(odds, 7 + 14) - 1);
    double found = VerdictError.condemned(new double[] {1 - up, up}, new double[] {-1, 1}, SPRT);
    assertThat(found).isCloseTo(expected, within(expected * 1e-6));
    assertThat(found).isLessThan(1e-6);
  }

  @Test
  void shouldBoundWhatWasNeverSeen() {
    Calibration.Band band = new Calibration.Band(8, List.of(10.0), List.of(998, 0), List.of(0, 98));
    List<WorkScore> honest = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      honest.add(new WorkScore(8, 5, 9, 0));
    }
    assertThat(VerdictError.observed(band, honest, SPRT)).isZero();
    assertThat(VerdictError.bound(band, honest, SPRT, 0.95)).isBetween(1e-12, 1e-6);
    assertThat(VerdictError.bound(band, honest.subList(0, 20), SPRT, 0.95)).isGreaterThan(1e-5);
  }

  @Test
  void shouldBoundSharesExactly() {
    assertThat(Statistics.exactUpperBound(0, 2_995, 0.05)).isCloseTo(0.001, within(1e-6));
    assertThat(Statistics.exactUpperBound(1, 4_742, 0.05)).isCloseTo(0.001, within(1e-6));
    assertThat(Statistics.exactUpperBound(5, 5, 0.05)).isEqualTo(1);
  }
}
