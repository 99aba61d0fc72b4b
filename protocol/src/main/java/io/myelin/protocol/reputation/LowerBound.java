package io.myelin.protocol.reputation;

import java.math.BigInteger;

/**
 * The lower end of Wilson's score interval for a share of successes (E. B. Wilson, "Probable
 * inference, the law of succession, and statistical inference", JASA 22, 1927), at 95 %: what can
 * be believed of somebody of whom little is known. In integers, so that everybody computes the
 * same.
 */
final class LowerBound {
  /** A million parts are one. */
  static final int ONE_PPM = 1_000_000;

  // z = 1.96, in hundredths.
  private static final long Z = 196;
  private static final long Z2 = Z * Z;
  private static final BigInteger HUNDRED2 = BigInteger.valueOf(10_000);

  private LowerBound() {}

  /**
   * In millionths.
   *
   * @param successes in any unit, at most {@code attempts}
   * @param attempts in the same unit
   * @param unit how much one attempt is
   */
  static int ppm(long successes, long attempts, long unit) {
    if (successes < 0 || attempts < successes || unit < 1) {
      throw new IllegalArgumentException(
          "successes, attempts, unit: %d, %d, %d (expected: 0 <= successes <= attempts, unit >= 1)"
              .formatted(successes, attempts, unit));
    }
    if (attempts == 0) {
      return 0;
    }
    // (2s + z² − z √(z² + 4 s (n − s) / n)) / (2 (n + z²)), over and under times 10^4 · unit.
    BigInteger n = BigInteger.valueOf(attempts);
    BigInteger s = BigInteger.valueOf(successes);
    BigInteger z2 = BigInteger.valueOf(Z2).multiply(BigInteger.valueOf(unit));
    // Forty bits more, so that neither the quotient nor the root loses what a millionth needs.
    BigInteger variance =
        s.multiply(n.subtract(s))
            .multiply(BigInteger.valueOf(4))
            .multiply(HUNDRED2)
            .shiftLeft(40)
            .divide(n);
    // √(z² + …) times 100 · unit: the root of both factors' squares.
    BigInteger root = z2.shiftLeft(40).add(variance).multiply(BigInteger.valueOf(unit)).sqrt();
    BigInteger spread = root.multiply(BigInteger.valueOf(Z)).shiftRight(20);
    BigInteger over = s.multiply(BigInteger.TWO).multiply(HUNDRED2).add(z2).subtract(spread);
    BigInteger under = n.multiply(HUNDRED2).add(z2).multiply(BigInteger.TWO);
    return over.signum() <= 0
        ? 0
        : over.multiply(BigInteger.valueOf(ONE_PPM)).divide(under).intValueExact();
  }
}
