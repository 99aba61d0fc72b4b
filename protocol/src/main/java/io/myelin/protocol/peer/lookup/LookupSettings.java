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
  /** Kademlia's alpha 3; 8 nodes keep a topic; one bucket's 16 twice remembered. */
  public static final LookupSettings DEFAULT = new LookupSettings(3, 8, 48, 64);

  /** Validates. */
  public LookupSettings {
    if (parallel < 1 || closest < 1 || kept < closest || maxRequests < closest) {
      throw new IllegalArgumentException(
          "lookup: %d at once, %d closest, %d kept, %d requests (expected: positive, kept and requests at least closest)"
              .formatted(parallel, closest, kept, maxRequests));
    }
  }
}
