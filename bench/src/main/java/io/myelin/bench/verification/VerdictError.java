package io.myelin.bench.verification;

import io.myelin.protocol.work.Calibration;
import io.myelin.protocol.work.Sprt;
import io.myelin.protocol.work.WorkScore;
import java.util.Arrays;
import java.util.List;

/**
 * How likely a run of the sequential test condemns an honest node, computed and not drawn: the sum
 * walks a grid, each step as likely as its bin. Steps are rounded towards the condemnation, so that
 * the result is never too small.
 */
final class VerdictError {
  private static final double GRID = 0.005;
  private static final int MOST_STEPS = 100_000;
  private static final double NOTHING = 1e-18;

  private VerdictError() {}

  /**
   * With bins as often as these scores fall into them.
   *
   * @param band fitted to other answers
   * @param honest judged
   */
  static double observed(Calibration.Band band, List<WorkScore> honest, Sprt sprt) {
    double[] share = new double[band.honest().size()];
    honest.forEach(score -> share[band.bin(score.meanQ10())] += 1.0 / honest.size());
    return condemned(share, ratios(band), sprt);
  }

  /**
   * The most that can be, at the given confidence: the shares of all distances above an edge are
   * each put at the upper end of their exact interval, all edges together at that confidence
   * (Bonferroni), and ratios of larger distances count as at least those of smaller ones.
   */
  static double bound(Calibration.Band band, List<WorkScore> honest, Sprt sprt, double confidence) {
    int bins = band.honest().size();
    int[] above = new int[bins];
    for (WorkScore score : honest) {
      int bin = band.bin(score.meanQ10());
      for (int edge = 0; edge <= bin; edge++) {
        above[edge]++;
      }
    }
    double error = (1 - confidence) / Math.max(1, bins - 1);
    double[] tail = new double[bins + 1];
    tail[0] = 1;
    for (int i = 1; i < bins; i++) {
      tail[i] = Statistics.exactUpperBound(above[i], honest.size(), error);
    }
    double[] share = new double[bins];
    double[] ratios = ratios(band);
    for (int i = 0; i < bins; i++) {
      share[i] = Math.max(0, tail[i] - tail[i + 1]);
      ratios[i] = i == 0 ? ratios[0] : Math.max(ratios[i], ratios[i - 1]);
    }
    return condemned(share, ratios, sprt);
  }

  private static double[] ratios(Calibration.Band band) {
    double[] ratios = new double[band.honest().size()];
    Arrays.setAll(ratios, band::ratio);
    return ratios;
  }

  /** Share of runs from 0 that end in a condemnation. */
  static double condemned(double[] share, double[] ratios, Sprt sprt) {
    int lowest = (int) Math.floor(sprt.lower() / GRID);
    int highest = (int) Math.ceil(sprt.upper() / GRID);
    int[] step = new int[ratios.length];
    Arrays.setAll(step, bin -> (int) Math.ceil(Math.min(ratios[bin], sprt.mostPerCheck()) / GRID));
    double[] at = new double[highest - lowest + 1];
    at[-lowest] = 1;
    double condemned = 0;
    for (int i = 0; i < MOST_STEPS; i++) {
      double[] next = new double[at.length];
      double left = 0;
      for (int place = 0; place < at.length; place++) {
        if (at[place] == 0) {
          continue;
        }
        for (int bin = 0; bin < step.length; bin++) {
          double mass = at[place] * share[bin];
          int to = place + step[bin];
          if ((to + lowest) * GRID >= sprt.upper()) {
            condemned += mass;
          } else if ((to + lowest) * GRID > sprt.lower()) {
            next[to] += mass;
            left += mass;
          }
        }
      }
      at = next;
      if (left < NOTHING) {
        return condemned;
      }
    }
    return 1;
  }
}
