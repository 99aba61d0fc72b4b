package io.myelin.protocol.mempool;

/**
 * The bounds of a pool.
 *
 * @param maxEntries most requests
 * @param maxBytes most bytes of all of them
 * @param maxPerSender most requests of one client that wait
 * @param maxPlacesPerSender most places of one client that are remembered, those of requests that
 *     have ended included
 * @param maxPlaces most places that are remembered in all
 * @param maxValidMillis how far ahead a request may be valid
 * @param raisePercent how much more a request must offer than the one whose place it takes
 */
public record PoolLimits(
    int maxEntries,
    long maxBytes,
    int maxPerSender,
    int maxPlacesPerSender,
    int maxPlaces,
    long maxValidMillis,
    int raisePercent) {
  /**
   * What registry nodes use: 4,096 requests, 16 MiB, 16 requests and 64 places of one client,
   * 65,536 places, an hour, 10 %.
   */
  public static final PoolLimits STANDARD =
      new PoolLimits(4_096, 16L << 20, 16, 64, 65_536, 3_600_000, 10);

  /** Checks the numbers. */
  public PoolLimits {
    atLeast("maxEntries", maxEntries, 1);
    atLeast("maxBytes", maxBytes, 1);
    atLeast("maxPerSender", maxPerSender, 1);
    atLeast("maxPlacesPerSender", maxPlacesPerSender, maxPerSender);
    atLeast("maxPlaces", maxPlaces, maxEntries);
    atLeast("maxValidMillis", maxValidMillis, 1);
    atLeast("raisePercent", raisePercent, 0);
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }
}
