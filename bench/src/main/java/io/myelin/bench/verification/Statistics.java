package io.myelin.bench.verification;

import io.myelin.protocol.work.Sprt;
import io.myelin.protocol.work.Sprt.Decision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** The few statistics that the tables need. */
final class Statistics {
  private static final int HISTORIES = 2000;
  private static final int LONGEST = 1000;
  private static final long SEED = 20261123;

  private Statistics() {}

  /**
   * Area under the ROC curve: how often a cheat's score is above an honest one's, ties half.
   *
   * @return NaN without scores of both
   */
  static double auc(double[] honest, double[] cheating) {
    double above = 0;
    for (double cheat : cheating) {
      for (double good : honest) {
        above += cheat > good ? 1 : cheat == good ? 0.5 : 0;
      }
    }
    return above / honest.length / cheating.length;
  }

  /**
   * Upper end of the exact one-sided interval of a share (C. J. Clopper and E. S. Pearson,
   * Biometrika 26, 1934): the largest share with which so few hits are no rarer than {@code error}.
   *
   * @param hits of {@code of}
   * @param error one less the confidence, such as 0.05
   */
  static double exactUpperBound(int hits, int of, double error) {
    if (hits >= of) {
      return 1;
    }
    double low = hits / (double) of;
    double high = 1;
    for (int i = 0; i < 100; i++) {
      double middle = (low + high) / 2;
      if (atMost(hits, of, middle) > error) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** How likely at most {@code hits} of {@code of} are, each of the given share. */
  private static double atMost(int hits, int of, double share) {
    double logTerm = of * Math.log1p(-share);
    double sum = Math.exp(logTerm);
    for (int i = 1; i <= hits; i++) {
      logTerm += Math.log((of - i + 1.0) / i) + Math.log(share) - Math.log1p(-share);
      sum += Math.exp(logTerm);
    }
    return sum;
  }

  /**
   * Checks that a sequential test takes to condemn.
   *
   * @param median of histories that were condemned within 1,000 checks, -1 if fewer than half were
   * @param p95 95th percentile, -1 if fewer were
   * @param condemned share of histories
   */
  record Catch(int median, int p95, double condemned) {}

  /** Draws histories from measured ratios, with replacement, and runs the test on each. */
  static Catch tasksToCatch(List<Double> ratios, Sprt sprt) {
    if (ratios.isEmpty()) {
      return new Catch(-1, -1, 0);
    }
    Random random = new Random(SEED);
    int[] taken = new int[HISTORIES];
    int condemned = 0;
    for (int i = 0; i < HISTORIES; i++) {
      List<Double> history = new ArrayList<>();
      for (int check = 0; check < LONGEST; check++) {
        history.add(ratios.get(random.nextInt(ratios.size())));
      }
      Sprt.State end = sprt.read(history);
      boolean caught = end.decision() == Decision.CONDEMN;
      taken[i] = caught ? end.checks() : Integer.MAX_VALUE;
      condemned += caught ? 1 : 0;
    }
    Arrays.sort(taken);
    return new Catch(
        known(taken[HISTORIES / 2]),
        known(taken[HISTORIES * 95 / 100]),
        condemned / (double) HISTORIES);
  }

  private static int known(int checks) {
    return checks == Integer.MAX_VALUE ? -1 : checks;
  }

  /** The value that a share of the values is at most. */
  static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  }
}
