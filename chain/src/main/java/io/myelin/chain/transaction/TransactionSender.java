package io.myelin.chain.transaction;

import io.myelin.protocol.ids.Address;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Sends the transactions of one account, in the order of their nonces, each exactly once. Only one
 * sender may use a key: a second one, or a wallet, takes its nonces away.
 */
public interface TransactionSender extends AutoCloseable {
  /** Who pays. */
  Address account();

  /**
   * Takes an intent in. When this returns the intent is on disk and will be done, even if this
   * process ends now. An id that is known is not done again: the future is that of the first time.
   *
   * @return how it ended; exceptionally only when this sender stops, after which a sender opened
   *     with the same log goes on. Do not block in its callbacks.
   * @throws IllegalArgumentException when the id is known with other content
   * @throws IllegalStateException when this sender has stopped
   */
  CompletableFuture<TransactionOutcome> submit(TransactionIntent intent);

  /** Where an intent is; empty when its id is not known. */
  Optional<IntentStatus> status(String id);

  /** Stops without waiting; what has not ended goes on with the next sender of the same log. */
  @Override
  void close();
}
