package io.myelin.chain.transaction;

import io.myelin.protocol.ids.Digest;
import java.util.List;

/** Where an intent is. */
public sealed interface IntentStatus {
  /** On disk; it has no nonce yet. */
  record Queued() implements IntentStatus {}

  /**
   * Sent, or about to be.
   *
   * @param attempts hashes, the newest last
   * @param trouble what keeps it from a block as far as is known, empty when nothing does
   */
  record Waiting(long nonce, List<Digest> attempts, String trouble) implements IntentStatus {
    /** Copies. */
    public Waiting {
      attempts = List.copyOf(attempts);
    }
  }

  /** In a block that is not deep enough yet. */
  record Included(Inclusion inclusion) implements IntentStatus {}

  /** Over. */
  record Ended(TransactionOutcome outcome) implements IntentStatus {}
}
