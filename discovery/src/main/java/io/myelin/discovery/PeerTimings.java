package io.myelin.discovery;

/**
 * When a node does what.
 *
 * @param requestMillis how long an answer is waited for
 * @param announceMillis between two announcements of the own record
 * @param lookupMillis between two lookups of what is followed
 * @param refreshMillis between two refreshes of the routing table
 * @param findMillis how long {@link PeerNetwork#find} takes at most
 * @param tickMillis between two looks at what is due
 */
public record PeerTimings(
    long requestMillis,
    long announceMillis,
    long lookupMillis,
    long refreshMillis,
    long findMillis,
    long tickMillis) {
  /** Announced every 10 s, followed every 10 s, refreshed every 30 s. */
  public static final PeerTimings DEFAULT =
      new PeerTimings(2_000, 10_000, 10_000, 30_000, 8_000, 250);

  /** Validates. */
  public PeerTimings {
    if (requestMillis < 1
        || announceMillis < 1
        || lookupMillis < 1
        || refreshMillis < 1
        || findMillis < 1
        || tickMillis < 1) {
      throw new IllegalArgumentException("peer timings: one below 1 ms (expected: positive)");
    }
  }
}
