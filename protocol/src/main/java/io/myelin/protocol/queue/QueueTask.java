package io.myelin.protocol.queue;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * A task of the queue as the chain has it after one block. Times are Unix seconds; one that does
 * not stand is 0.
 *
 * @param heldWei the most it can still cost; zero once it ended
 * @param maxPromptTokens that a node may count
 * @param maxOutputTokens that a node may count
 * @param deadlineAtSeconds of the whole task
 * @param offers in the order of their numbers
 */
public record QueueTask(
    TaskId id,
    SessionId sessionId,
    Digest specDigest,
    QueuePhase phase,
    BigInteger heldWei,
    long maxPromptTokens,
    long maxOutputTokens,
    long deadlineAtSeconds,
    long precommitDueAtSeconds,
    long commitDueAtSeconds,
    long validateDueAtSeconds,
    List<QueueOffer> offers) {
  /** Copies. */
  public QueueTask {
    offers = List.copyOf(offers);
  }

  /** The offer with which a node is in the task now; empty when it is out, or never was in. */
  public Optional<QueueOffer> offerOf(Address node) {
    return offers.stream()
        .filter(offer -> offer.node().equals(node) && offer.stage() != QueueStage.GONE)
        .reduce((_, newer) -> newer);
  }

  /** The offer of the node whose answer is the client's; empty while there is none. */
  public Optional<QueueOffer> primary() {
    return offers.stream()
        .filter(offer -> offer.primary() && offer.stage() != QueueStage.GONE)
        .reduce((_, newer) -> newer);
  }
}
