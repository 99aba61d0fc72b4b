package io.myelin.protocol.peer.book;

/**
 * Times and bounds of a book.
 *
 * @param probeMillis between two signs of life of a live peer
 * @param retryMillis between two after one was missed
 * @param maxMisses in a row, and the peer is gone
 * @param recheckMillis between two questions to the chain about a live peer, or an unstaked one
 * @param lostMillis how long a peer that is gone is looked for again (a healed partition)
 * @param maxPeers in all
 * @param maxUnproven that have not shown to be staked and alive, in all
 * @param maxPerSource of those, from one source
 * @param maxChecks questions to the chain at once
 * @param maxProbes signs of life asked for at once
 */
public record BookSettings(
    long probeMillis,
    long retryMillis,
    int maxMisses,
    long recheckMillis,
    long lostMillis,
    int maxPeers,
    int maxUnproven,
    int maxPerSource,
    int maxChecks,
    int maxProbes) {
  /** Gone 10 + 2 · 4 s and three waits after the last answer at the latest: half a minute. */
  public static final BookSettings DEFAULT =
      new BookSettings(10_000, 4_000, 3, 60_000, 1_800_000, 4_096, 1_024, 128, 16, 64);

  /** Validates. */
  public BookSettings {
    if (probeMillis < 1
        || retryMillis < 1
        || maxMisses < 1
        || recheckMillis < 1
        || lostMillis < 1
        || maxUnproven < 1
        || maxPeers < maxUnproven
        || maxPerSource < 1
        || maxChecks < 1
        || maxProbes < 1) {
      throw new IllegalArgumentException(
          "peer book: a time or bound below 1, or fewer peers than unproven ones (expected: positive, maxPeers >= maxUnproven)");
    }
  }
}
