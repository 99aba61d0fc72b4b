package io.myelin.chain.transaction;

import io.myelin.chain.Fees;
import java.util.List;

/** What a sender's shell is to do. */
sealed interface SenderEffect {
  /** Ask what an intent needs. */
  record Estimate(TransactionIntent intent) implements SenderEffect {}

  /** Sign, and have it on disk, before anything else is done with this nonce. */
  record Sign(TransactionIntent intent, long nonce, long gasLimit, Fees fees)
      implements SenderEffect {}

  /** Send what is on disk. */
  record Broadcast(Attempt attempt) implements SenderEffect {}

  /** Ask for the prices of now. */
  record Reprice(long nonce) implements SenderEffect {}

  /** Ask the chain about all of these. */
  record Observe(List<InFlight> inFlight) implements SenderEffect {
    /** Copies. */
    public Observe {
      inFlight = List.copyOf(inFlight);
    }
  }

  /** The chain lost transactions that had ended: send them again as they were. */
  record Refill(long fromNonce, long beforeNonce) implements SenderEffect {}

  /** It is in the chain, deep enough. */
  record Finish(TransactionIntent intent, Inclusion inclusion) implements SenderEffect {}

  /** It ended: have it on disk, then tell. */
  record Keep(String id, TransactionOutcome outcome) implements SenderEffect {}
}
