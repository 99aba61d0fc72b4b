package io.myelin.protocol.peer;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.Arrays;

/**
 * A record whose signature was checked: what its signer says of itself. That it is alive and staked
 * is another matter.
 *
 * @param nodeId the Keccak-256 hash of its public key: its place in the Kademlia network
 * @param text {@code enr:…}, at most {@link RecordCodec#MAX_TEXT_LENGTH} characters
 */
public record PeerRecord(Digest nodeId, PeerClaim claim, String text) {

  /** The account whose key signed it: the end of the node id. */
  public Address operator() {
    return Address.of(Arrays.copyOfRange(nodeId.bytes(), 12, Digest.LENGTH));
  }

  /** Which of two records of a node counts. */
  public long sequence() {
    return claim.sequence();
  }

  /** Whether it is of the same node and newer. */
  public boolean replaces(PeerRecord other) {
    return nodeId.equals(other.nodeId) && sequence() > other.sequence();
  }
}
