package io.myelin.protocol.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.work.Sprt.Decision;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  private static final Calibration.Key KEY = new Calibration.Key("tiny", "Q8_0", "00", "a", "b");

  private static WorkScore score(int tokens, double mean) {
    return new WorkScore(tokens, mean, ((int) mean) * 3, 0);
  }

  private static List<WorkScore> scores(Random random, int count, double mean) {
    List<WorkScore> scores = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      scores.add(score(32, Math.abs(mean + random.nextGaussian() * 12)));
    }
    return scores;
  }

  @Test
  void shouldTellApartWhatItMeasured() {
    Random random = new Random(1);
    Calibration fitted =
        Calibration.fit(
            KEY, "Q4_0", List.of(8, 32), scores(random, 200, 40), scores(random, 200, 80));
    assertThat(fitted.logLikelihoodRatio(score(32, 20))).isLessThan(-2);
    assertThat(fitted.logLikelihoodRatio(score(500, 120))).isGreaterThan(2);
    // What lies at the edge of the likely ones is honest enough.
    assertThat(fitted.logLikelihoodRatio(new WorkScore(32, 20, 60, 1))).isLessThan(-2);
    // No answer of that length was measured, nor can one be surer than its samples.
    assertThat(fitted.logLikelihoodRatio(score(8, 120))).isZero();
    assertThat(fitted.logLikelihoodRatio(score(7, 1e6))).isZero();
    assertThat(fitted.logLikelihoodRatio(score(32, 1e6))).isLessThan(Math.log(207));
    List<Double> honest = scores(random, 300, 40).stream().map(fitted::logLikelihoodRatio).toList();
    List<Double> cheat = scores(random, 300, 80).stream().map(fitted::logLikelihoodRatio).toList();
    assertThat(Sprt.standard().read(honest).decision()).isNotEqualTo(Decision.CONDEMN);
    assertThat(Sprt.standard().read(cheat).checks()).isLessThan(20);
  }

  @Test
  void shouldBeReadAsItWasWritten() {
    Calibration fitted =
        Calibration.fit(
            KEY,
            "Q4_0",
            List.of(8),
            List.of(score(9, 3.5), score(10, 4)),
            List.of(score(8, 30.25)));
    String json = Calibration.toJson(List.of(fitted));
    assertThat(Calibration.parse(json)).containsExactly(fitted);
    assertThatThrownBy(() -> Calibration.parse("[{}]"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Calibration.parse("nonsense"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> Calibration.parse(json.replace("\"leastTokens\" : 8", "\"leastTokens\" : 0")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
