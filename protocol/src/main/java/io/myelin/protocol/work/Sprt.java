package io.myelin.protocol.work;

import java.util.List;

/**
 * Wald's sequential probability ratio test over a node's history of measured checks (A. Wald,
 * <i>Sequential Tests of Statistical Hypotheses</i>, Annals of Mathematical Statistics 16, 1945).
 * Each check adds its log-likelihood ratio "cheat against honest"; the sum is compared with {@code
 * ln((1 - β) / α)} and {@code ln(β / (1 - α))}. By Wald's inequalities one run condemns at most α /
 * (1 - β) of the honest and clears at most β / (1 - α) of the cheats, whatever the distributions,
 * if the ratios are right.
 *
 * <p>Each ratio is cut from above, so that never fewer than {@link #leastChecks} convict. That only
 * lowers the expectation of e^sum among the honest, so the bound on α stays; the test takes longer,
 * and a little more than β of the cheats may be cleared once. Once cleared, the sum begins again at
 * 0: a node that was honest for long cannot save that up. So α holds for each run from 0 to a
 * decision, of which an honest node ends one every few checks.
 */
public final class Sprt {
  /** Default share of honest nodes that one run condemns. */
  public static final double DEFAULT_ALPHA = 1e-6;

  /** Default share of cheats that one run clears. */
  public static final double DEFAULT_BETA = 1e-3;

  private static final int LEAST_CHECKS = 4;

  private final double upper;
  private final double lower;
  private final double most;

  /** What a history says. */
  public enum Decision {
    /** Not enough yet. */
    CONTINUE,
    /** A cheat, at the chosen error. */
    CONDEMN,
    /** Honest, at the chosen error, when the last check was counted. */
    CLEAR
  }

  /**
   * What a history says, and from where.
   *
   * @param decision about the node
   * @param checks how many of its checks it took; all of them unless it is condemned
   * @param sum log-likelihood ratio of the current run, natural logarithm
   */
  public record State(Decision decision, int checks, double sum) {}

  /**
   * A test at chosen errors.
   *
   * @param alpha share of honest nodes condemned, of one run
   * @param beta share of cheats cleared, of one run
   */
  public Sprt(double alpha, double beta) {
    if (!(alpha > 0 && alpha < 0.5 && beta > 0 && beta < 0.5)) {
      throw new IllegalArgumentException(
          "alpha, beta: " + alpha + ", " + beta + " (expected: between 0 and 0.5)");
    }
    upper = StrictMath.log((1 - beta) / alpha);
    lower = StrictMath.log(beta / (1 - alpha));
    // A little less than a share of the bound, so that this many never quite reach it.
    most = upper / (LEAST_CHECKS - 1) * 0.999;
  }

  /** At {@value #DEFAULT_ALPHA} and {@value #DEFAULT_BETA}. */
  public static Sprt standard() {
    return new Sprt(DEFAULT_ALPHA, DEFAULT_BETA);
  }

  /** Checks that a conviction takes at least. */
  public int leastChecks() {
    return LEAST_CHECKS;
  }

  /** The largest step towards a conviction that one check can make. */
  public double mostPerCheck() {
    return most;
  }

  /** The sum that condemns, natural logarithm. */
  public double upper() {
    return upper;
  }

  /** The sum that clears, below 0. */
  public double lower() {
    return lower;
  }

  /**
   * What a run comes to that began at 0 and was never cleared: its sum, in whatever order.
   *
   * @param ratios log-likelihood ratio of each check
   */
  public State sum(List<Double> ratios) {
    double sum = ratios.stream().mapToDouble(ratio -> Math.min(ratio, most)).sum();
    return new State(sum >= upper ? Decision.CONDEMN : Decision.CONTINUE, ratios.size(), sum);
  }

  /**
   * Reads a history.
   *
   * @param ratios log-likelihood ratio of each check, oldest first; see {@link
   *     Calibration#logLikelihoodRatio}
   */
  public State read(List<Double> ratios) {
    double sum = 0;
    Decision decision = Decision.CONTINUE;
    int checks = 0;
    for (double ratio : ratios) {
      if (Double.isNaN(ratio)) {
        throw new IllegalArgumentException("ratio: NaN (expected: a number)");
      }
      checks++;
      sum += Math.min(ratio, most);
      if (sum >= upper) {
        return new State(Decision.CONDEMN, checks, sum);
      }
      decision = Decision.CONTINUE;
      if (sum <= lower) {
        decision = Decision.CLEAR;
        sum = 0;
      }
    }
    return new State(decision, checks, sum);
  }
}
