package io.myelin.protocol.queue;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;

/**
 * A task's offer to one node, as the chain has it.
 *
 * @param attempt its number among the task's offers, from 1
 * @param primary whether the node's answer is the client's
 * @param revealAsked whether the node may reveal now
 * @param ackDueAtSeconds until when it answers; 0 when that is over
 * @param precommit what the node is bound to; zero before
 * @param statement the hash of what it revealed; zero before
 */
public record QueueOffer(
    int attempt,
    Address node,
    QueueStage stage,
    boolean primary,
    boolean revealAsked,
    long ackDueAtSeconds,
    Digest precommit,
    Digest statement) {
  /** Checks the number. */
  public QueueOffer {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt: " + attempt + " (expected: >= 1)");
    }
  }
}
