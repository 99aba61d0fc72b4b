package io.myelin.chain.transaction;

import java.util.Collection;
import java.util.List;
import org.pcollections.PVector;
import org.pcollections.TreePMap;
import org.pcollections.TreePVector;

/**
 * Everything a sender knows.
 *
 * @param nextNonce the next intent's
 * @param queue intents without a nonce, oldest first
 * @param preparing whether the first of the queue is being estimated
 * @param drain whether the first of the queue waits until nothing is between mempool and block:
 *     what it needs may be done by one that is
 * @param prepareAtMillis earliest time of the next estimate
 * @param observeAtMillis when to look at the chain although nothing is in flight: what had ended
 *     may have left it
 * @param inFlight by nonce
 */
record SenderState(
    long nextNonce,
    PVector<TransactionIntent> queue,
    boolean preparing,
    boolean drain,
    long prepareAtMillis,
    long observeAtMillis,
    TreePMap<Long, InFlight> inFlight) {

  /** What a restart finds. */
  static SenderState recover(Collection<StoredIntent> unfinished, long nextNonce) {
    PVector<TransactionIntent> queue = TreePVector.empty();
    TreePMap<Long, InFlight> inFlight = TreePMap.empty();
    for (StoredIntent stored : unfinished) {
      if (stored.attempts().isEmpty()) {
        queue = queue.plus(stored.intent());
      } else {
        InFlight entry = InFlight.recovered(stored.intent(), stored.attempts());
        inFlight = inFlight.plus(entry.nonce(), entry);
      }
    }
    return new SenderState(nextNonce, queue, false, false, 0, 0, inFlight);
  }

  /** The lowest nonce that has not ended here. */
  long lowestOpenNonce() {
    return inFlight.isEmpty() ? nextNonce : inFlight.firstKey();
  }

  boolean drained() {
    return inFlight.values().stream().noneMatch(InFlight::waitsForBlock);
  }

  List<InFlight> entries() {
    return List.copyOf(inFlight.values());
  }

  SenderState with(InFlight entry) {
    return new SenderState(
        nextNonce,
        queue,
        preparing,
        drain,
        prepareAtMillis,
        observeAtMillis,
        inFlight.plus(entry.nonce(), entry));
  }

  SenderState without(long nonce) {
    return new SenderState(
        nextNonce,
        queue,
        preparing,
        drain,
        prepareAtMillis,
        observeAtMillis,
        inFlight.minus(nonce));
  }

  SenderState queued(TransactionIntent intent) {
    return new SenderState(
        nextNonce,
        queue.plus(intent),
        preparing,
        drain,
        prepareAtMillis,
        observeAtMillis,
        inFlight);
  }

  SenderState preparing(boolean now) {
    return new SenderState(
        nextNonce, queue, now, drain, prepareAtMillis, observeAtMillis, inFlight);
  }

  SenderState notPrepared(boolean drainFirst, long prepareAt) {
    return new SenderState(
        nextNonce, queue, false, drainFirst, prepareAt, observeAtMillis, inFlight);
  }

  /** The first of the queue leaves it. */
  SenderState dequeued() {
    return new SenderState(nextNonce, queue.minus(0), false, false, 0, observeAtMillis, inFlight);
  }

  SenderState nonceTaken() {
    return new SenderState(
        nextNonce + 1, queue, preparing, drain, prepareAtMillis, observeAtMillis, inFlight);
  }

  SenderState observedNextAt(long millis) {
    return new SenderState(nextNonce, queue, preparing, drain, prepareAtMillis, millis, inFlight);
  }
}
