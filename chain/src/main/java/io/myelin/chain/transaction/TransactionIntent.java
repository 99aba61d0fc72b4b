package io.myelin.chain.transaction;

import io.myelin.chain.Bytes;
import io.myelin.chain.Call;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.Optional;

/**
 * Something to be done on chain exactly once, whatever crashes.
 *
 * @param id chosen by the caller so that the same wish has the same id after a restart, for example
 *     {@code settle/<session>}; 1 to 200 characters
 * @param to the contract; empty to create one
 * @param data selector and arguments, or creation code
 * @param valueWei sent along
 */
public record TransactionIntent(String id, Optional<Address> to, Bytes data, BigInteger valueWei) {
  private static final int MAX_ID = 200;

  /** Checks the id and the value. */
  public TransactionIntent {
    if (id.isBlank() || id.length() > MAX_ID) {
      throw new IllegalArgumentException(
          "intent id: " + id.length() + " characters (expected: 1 to " + MAX_ID + ")");
    }
    if (valueWei.signum() < 0) {
      throw new IllegalArgumentException("value: " + valueWei + " wei (expected: >= 0)");
    }
  }

  /** What a binding wants said, under an id. */
  public static TransactionIntent of(String id, ContractWrite write) {
    return new TransactionIntent(id, write.contract(), write.data(), write.valueWei());
  }

  /** The same as a simulated call of an account. */
  Call from(Address account) {
    return new Call(Optional.of(account), to, data, valueWei);
  }
}
