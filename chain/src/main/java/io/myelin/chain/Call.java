package io.myelin.chain;

import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.Optional;

/**
 * A message to a contract, to be simulated by an endpoint.
 *
 * @param from whose message; empty for nobody's
 * @param to the contract; empty to create one
 * @param data function selector and arguments, or creation code
 * @param valueWei sent along
 */
public record Call(Optional<Address> from, Optional<Address> to, Bytes data, BigInteger valueWei) {
  /** Checks the value. */
  public Call {
    if (valueWei.signum() < 0) {
      throw new IllegalArgumentException("value: " + valueWei + " wei (expected: >= 0)");
    }
  }

  /** A question to a contract that sends nothing. */
  public static Call to(Address contract, Bytes data) {
    return new Call(Optional.empty(), Optional.of(contract), data, BigInteger.ZERO);
  }
}
