package io.myelin.chain.transaction;

import io.myelin.chain.Bytes;
import io.myelin.chain.RevertReason;
import io.myelin.chain.abi.Reverts;
import java.util.Optional;

/** How an intent ended. It does not change any more. */
public sealed interface TransactionOutcome {
  /** Done, and as many blocks deep as asked for. */
  record Succeeded(Inclusion inclusion) implements TransactionOutcome {}

  /**
   * In the chain, and the contract refused; gas was paid.
   *
   * @param data what the contract returned when the call was replayed, empty when it could not be
   */
  record Reverted(Inclusion inclusion, Bytes data) implements TransactionOutcome {}

  /**
   * Never sent: the contract, or the account's balance, would have refused it.
   *
   * @param data what the contract returned, empty when it was not the contract
   */
  record Rejected(Bytes data, String message) implements TransactionOutcome {}

  /**
   * Another transaction has its nonce: someone else sends with this key. It can never be in the
   * chain; whether to try again under a new id is for people to decide.
   */
  record Displaced(long nonce, String message) implements TransactionOutcome {}

  /** Why a contract refused; empty when none did. */
  default Optional<RevertReason> reason(Reverts errors) {
    return switch (this) {
      case Succeeded _, Displaced _ -> Optional.empty();
      case Reverted reverted -> Optional.of(errors.decode(reverted.data()));
      case Rejected rejected ->
          rejected.data().isEmpty()
              ? Optional.empty()
              : Optional.of(errors.decode(rejected.data()));
    };
  }
}
