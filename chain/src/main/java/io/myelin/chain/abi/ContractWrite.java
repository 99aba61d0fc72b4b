package io.myelin.chain.abi;

import io.myelin.chain.Bytes;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.Optional;

/**
 * What a transaction says to a contract. Bindings make these; a sender sends them under an intent.
 *
 * @param contract who is told; empty to create one
 * @param description function and contract, for people
 * @param data selector and arguments, or creation code
 * @param valueWei sent along
 */
public record ContractWrite(
    Optional<Address> contract, String description, Bytes data, BigInteger valueWei) {
  /** Checks the value. */
  public ContractWrite {
    if (valueWei.signum() < 0) {
      throw new IllegalArgumentException("value: " + valueWei + " wei (expected: >= 0)");
    }
  }

  /** The same with wei sent along. */
  public ContractWrite paying(BigInteger wei) {
    return new ContractWrite(contract, description, data, wei);
  }
}
