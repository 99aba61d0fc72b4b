package io.myelin.protocol.peer.lookup;

/**
 * How a search runs.
 *
 * @param parallel requests at once while searching
 * @param closest nodes that a search ends with: those that answered and are closest to the target
 * @param kept nodes it remembers
 * @param maxRequests after so many it ends with what it has
 */
public record LookupSettings(int parallel, int closest, int kept, int maxRequests) {
  /**
   * Kademlia's alpha 3; 10 nodes keep a topic (with 8, too many die together where half of all do).
   */
  public static final LookupSettings DEFAULT = new LookupSettings(3, 10, 48, 96);

  /** Validates. */
  public LookupSettings {
    if (parallel < 1 || closest < 1 || kept < closest || maxRequests < closest) {
      throw new IllegalArgumentException(
          "lookup: %d at once, %d closest, %d kept, %d requests (expected: positive, kept and requests at least closest)"
              .formatted(parallel, closest, kept, maxRequests));
    }
  }
}
