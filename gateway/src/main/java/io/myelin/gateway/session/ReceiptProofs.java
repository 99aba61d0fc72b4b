package io.myelin.gateway.session;

import io.myelin.protocol.ids.Digest;
import java.util.List;
import java.util.Optional;

/** The way from a receipt to the root that its session was settled with. */
public interface ReceiptProofs {

  /**
   * The way from a task's receipt to its session's root; empty when the task has no receipt or its
   * session is not settled. Blocks.
   *
   * @param taskId 64 hex digits
   */
  Optional<ReceiptProof> of(String taskId);

  /**
   * A Merkle path as {@code MerkleProof.sol} checks it.
   *
   * @param root on chain
   * @param leaf of the receipt
   * @param path siblings upwards
   */
  record ReceiptProof(Digest root, Digest leaf, List<Digest> path) {
    /** Copies. */
    public ReceiptProof {
      path = List.copyOf(path);
    }
  }
}
