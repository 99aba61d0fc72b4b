package io.myelin.protocol.receipt;

import io.myelin.protocol.commitment.Commitment;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;

/**
 * A node that committed.
 *
 * @param role whether its stream is the one the client got
 * @param precommit the blind hash it sent before any reveal
 * @param commitment what it revealed
 * @param priceWei its share of the price
 */
public record ReceiptNode(Role role, Digest precommit, Commitment commitment, BigInteger priceWei) {
  /** Part of a node in the task. */
  public enum Role {
    /** Its stream, continued from what earlier nodes delivered, is what the client got. */
    PRIMARY,
    /** It ran the same work blind, to be compared. */
    REPLICA
  }

  public ReceiptNode {
    ReceiptPrice.checkWei("priceWei", priceWei);
  }

  /** The node's key. */
  public Address address() {
    return commitment.statement().node();
  }
}
