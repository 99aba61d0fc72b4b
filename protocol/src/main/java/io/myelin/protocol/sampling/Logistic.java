package io.myelin.protocol.sampling;

/** How likely one of two is, from how much their log-probabilities differ; integers only. */
public final class Logistic {
  // log2(e) in Q22, so that a difference in Q10 gives an exponent in Q32.
  private static final long LOG2_E = 6_051_102;

  // Beyond this the rarer of the two rounds to nothing.
  private static final long FAR = 1L << 20;

  private Logistic() {}

  /**
   * 1000 / (1 + e^-x), rounded.
   *
   * @param differenceQ10 x, natural logarithm times 1,024
   * @return 0 to 1,000
   */
  public static int thousandths(long differenceQ10) {
    long size = Math.min(Math.abs(Math.max(differenceQ10, -FAR)), FAR);
    // e^-|x| in Q32, at most 1.
    long smaller = FixedExp.exp2Negative(size * LOG2_E);
    long larger =
        Math.divideExact(
            1_000L * FixedExp.ONE + (FixedExp.ONE + smaller) / 2, FixedExp.ONE + smaller);
    return (int) (differenceQ10 >= 0 ? larger : 1_000 - larger);
  }
}
