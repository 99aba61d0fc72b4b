package io.myelin.protocol.settlement;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.SessionApproval;
import java.util.List;

/** What a committee says of a session's terms. */
public final class Approvals {
  private static final int WORD = 32;

  private Approvals() {}

  /**
   * The approval of terms.
   *
   * @param brief as it is with these nodes
   * @param tail whose digest the brief holds
   * @param nodes the drawn ones in their order: all for an opening, the added ones for an extension
   */
  public static SessionApproval of(SessionBrief brief, SessionTail tail, List<Address> nodes) {
    return new SessionApproval(
        brief.sessionId(),
        brief.digest(),
        tail.subnetId(),
        tail.priceVersion(),
        nodesDigest(nodes),
        tail.seed());
  }

  /** Keccak-256 of the nodes' addresses, each in 32 bytes. */
  public static Digest nodesDigest(List<Address> nodes) {
    byte[] words = new byte[nodes.size() * WORD];
    for (int i = 0; i < nodes.size(); i++) {
      System.arraycopy(
          nodes.get(i).bytes(), 0, words, (i + 1) * WORD - Address.LENGTH, Address.LENGTH);
    }
    return Keccak256.hash(words);
  }
}
