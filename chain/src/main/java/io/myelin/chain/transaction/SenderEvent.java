package io.myelin.chain.transaction;

import io.myelin.chain.Bytes;
import io.myelin.chain.FeeMarket;
import io.myelin.protocol.ids.Digest;
import java.util.Map;

/** What happens to a sender. */
sealed interface SenderEvent {
  /** An intent is on disk. */
  record Accepted(TransactionIntent intent) implements SenderEvent {}

  /** The head of the queue would need this. */
  record Estimated(String id, long gas, FeeMarket market) implements SenderEvent {}

  /** The head of the queue would be refused in the state that an endpoint knows. */
  record WouldFail(String id, Bytes data, String message) implements SenderEvent {}

  /** Nobody could say. */
  record EstimateFailed(String id, String message) implements SenderEvent {}

  /** Signed, and on disk. */
  record Signed(Attempt attempt) implements SenderEvent {}

  /** An endpoint said something of a transaction it was given. */
  record Sent(long nonce, Digest hash, Answer answer, String message) implements SenderEvent {}

  /** Prices of now, asked for to replace; empty message when they are there. */
  record Repriced(long nonce, FeeMarket market) implements SenderEvent {}

  /** Prices could not be had. */
  record RepriceFailed(long nonce) implements SenderEvent {}

  /**
   * What the chain holds.
   *
   * @param head height
   * @param chainNonce transactions of the account in it
   * @param inclusions of those asked about, by nonce
   */
  record Observed(long head, long chainNonce, Map<Long, Inclusion> inclusions)
      implements SenderEvent {
    /** Copies. */
    public Observed {
      inclusions = Map.copyOf(inclusions);
    }
  }

  /** What became of it in its block is known. */
  record Ended(String id, TransactionOutcome outcome) implements SenderEvent {}

  /** Time passed. */
  record Tick() implements SenderEvent {}

  /** What an endpoint can answer to a transaction. */
  enum Answer {
    TAKEN,
    NONCE_USED,
    UNDERPRICED,
    INSUFFICIENT_FUNDS,
    REFUSED,
    UNREACHABLE
  }
}
