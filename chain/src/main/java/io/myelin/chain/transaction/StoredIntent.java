package io.myelin.chain.transaction;

import java.util.List;
import java.util.Optional;

/**
 * An intent as the log keeps it.
 *
 * @param attempts in the order signed
 * @param outcome once it ended
 */
public record StoredIntent(
    TransactionIntent intent, List<Attempt> attempts, Optional<TransactionOutcome> outcome) {
  /** Copies, and checks that all attempts have one nonce. */
  public StoredIntent {
    attempts = List.copyOf(attempts);
    if (attempts.stream().mapToLong(Attempt::nonce).distinct().count() > 1) {
      throw new IllegalArgumentException(
          "intent " + intent.id() + " has attempts with several nonces (expected: one)");
    }
  }
}
