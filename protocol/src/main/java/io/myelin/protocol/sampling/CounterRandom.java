package io.myelin.protocol.sampling;

/**
 * A random generator without state: the number at (seed, position) is a pure function, so that any
 * node can go on from any position and anyone can replay a draw. SplitMix64's finaliser (Stafford's
 * mix 13), once over the seed and once over seed and position.
 */
public final class CounterRandom {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private CounterRandom() {}

  /** 64 uniform bits for output position {@code position} of a generation with {@code seed}. */
  public static long draw(long seed, long position) {
    return mix(mix(seed + GOLDEN) + (position + 1) * GOLDEN);
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
