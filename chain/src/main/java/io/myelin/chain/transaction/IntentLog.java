package io.myelin.chain.transaction;

import java.util.List;
import java.util.Optional;

/**
 * Where intents of one account on one chain survive. Each method that changes something returns
 * when it is on disk; each may throw an unchecked exception when it cannot be, after which the
 * sender stops.
 */
public interface IntentLog {
  /**
   * Takes an intent in, or finds it.
   *
   * @return the intent as it was, when its id is known
   * @throws IllegalArgumentException when the id is known with other content
   */
  StoredIntent accept(TransactionIntent intent, long nowMillis);

  /** Remembers a signed transaction, before it is sent. */
  void signed(String id, Attempt attempt);

  /** Remembers the end. */
  void finished(String id, TransactionOutcome outcome);

  /** One intent. */
  Optional<StoredIntent> find(String id);

  /** Those that have not ended, in the order accepted. */
  List<StoredIntent> unfinished();

  /** The newest attempt of each nonce from one to before another, ended or not, in order. */
  List<Attempt> newestAttempts(long fromNonce, long beforeNonce);

  /** One more than the highest nonce ever signed; 0 before the first. */
  long nextNonce();
}
