package io.myelin.committee.proposal;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SettlementClaim;
import java.util.List;

/**
 * Sessions that a gateway wants to settle together.
 *
 * @param gateway whose batch it is
 * @param batch its number on chain
 * @param set the validator set that is pinned for it
 * @param sessions at least one
 */
public record SettlementBatch(Address gateway, long batch, long set, List<Part> sessions) {
  /** Most sessions of a batch. */
  public static final int MAX_SESSIONS = 64;

  /**
   * One session.
   *
   * @param claim what the gateway claims
   * @param receipts all its receipt files as JSON text, each time anew for each member
   */
  public record Part(SettlementClaim claim, Iterable<String> receipts) {}

  /** Copies and counts. */
  public SettlementBatch {
    sessions = List.copyOf(sessions);
    if (sessions.isEmpty() || sessions.size() > MAX_SESSIONS) {
      throw new IllegalArgumentException(
          "sessions: " + sessions.size() + " (expected: 1 to " + MAX_SESSIONS + ")");
    }
  }

  /**
   * What the committee attests.
   *
   * @throws IllegalArgumentException when the contract would refuse a claim
   */
  public Digest settlementsDigest() {
    return SettlementClaim.batchDigest(sessions.stream().map(Part::claim).toList());
  }
}
