package io.myelin.protocol.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.myelin.protocol.work.Sprt.Decision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** The error rates that are promised are those that come about. */
class SprtProperties {

  /** Whether one run from 0 condemns; normal scores, cheats {@code shift} deviations higher. */
  private static boolean condemns(Sprt sprt, Random random, double shift, boolean cheat) {
    List<Double> ratios = new ArrayList<>();
    while (true) {
      double score = random.nextGaussian() + (cheat ? shift : 0);
      ratios.add(shift * score - shift * shift / 2);
      Decision decision = sprt.read(ratios).decision();
      if (decision != Decision.CONTINUE) {
        return decision == Decision.CONDEMN;
      }
    }
  }

  @Property(tries = 12)
  void shouldKeepBothErrorRates(
      @ForAll @DoubleRange(min = 0.4, max = 3) double shift,
      @ForAll @DoubleRange(min = 0.01, max = 0.1) double alpha,
      @ForAll @DoubleRange(min = 0.01, max = 0.1) double beta,
      @ForAll long seed) {
    Sprt sprt = new Sprt(alpha, beta);
    Random random = new Random(seed);
    int runs = 3000;
    int condemned = 0;
    int cleared = 0;
    for (int i = 0; i < runs; i++) {
      condemned += condemns(sprt, random, shift, false) ? 1 : 0;
      cleared += condemns(sprt, random, shift, true) ? 0 : 1;
    }
    // Wald's bounds with five deviations of the count; that on cheats is weaker for the cut ratios.
    assertThat(condemned / (double) runs).isLessThan(bound(alpha / (1 - beta), runs));
    assertThat(cleared / (double) runs).isLessThan(bound(1.5 * beta / (1 - alpha), runs));
  }

  private static double bound(double rate, int runs) {
    return rate + 5 * Math.sqrt(rate * (1 - rate) / runs);
  }

  @Property
  void shouldNeverConvictByFewChecks(@ForAll @IntRange(min = 1, max = 9) int nines) {
    Sprt sprt = new Sprt(Math.pow(10, -nines), 1e-3);
    int least = sprt.leastChecks();
    assertThat(least).isGreaterThan(1);
    List<Double> overwhelming = Collections.nCopies(least - 1, 1e9);
    assertThat(sprt.read(overwhelming).decision()).isEqualTo(Decision.CONTINUE);
    assertThat(sprt.read(Collections.nCopies(least, 1e9)).decision()).isEqualTo(Decision.CONDEMN);
  }

  @Example
  void shouldForgetAGoodPast() {
    Sprt sprt = Sprt.standard();
    List<Double> ratios = new ArrayList<>(Collections.nCopies(1000, -2.0));
    assertThat(sprt.read(ratios).sum()).isGreaterThan(-7);
    ratios.addAll(Collections.nCopies(9, 2.5));
    assertThat(sprt.read(ratios).decision()).isEqualTo(Decision.CONDEMN);
    assertThat(sprt.read(ratios).checks()).isBetween(1006, 1009);
    assertThat(sprt.read(List.of()).decision()).isEqualTo(Decision.CONTINUE);
    assertThat(sprt.read(Collections.nCopies(4, -2.0)).decision()).isEqualTo(Decision.CLEAR);
    assertThat(sprt.mostPerCheck()).isCloseTo(Math.log(0.999e6) / 3, within(0.01));
  }
}
