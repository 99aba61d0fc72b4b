package io.myelin.gateway.openai;

/** Seeds of several choices from the one of the request. */
final class Seeds {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Seeds() {}

  /** Choice 0 keeps the seed as it is; the others get SplitMix64's next ones. */
  static long forChoice(long seed, int choice) {
    if (choice == 0) {
      return seed;
    }
    long z = seed + choice * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
