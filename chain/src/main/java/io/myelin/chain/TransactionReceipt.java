package io.myelin.chain;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/**
 * What became of a transaction in the block that holds it.
 *
 * @param transaction its hash
 * @param block where it stands
 * @param succeeded false when it reverted; its gas is paid all the same
 * @param gasUsed gas
 * @param gasPriceWei paid for each gas
 * @param created the contract it created
 * @param logs events it emitted
 */
public record TransactionReceipt(
    Digest transaction,
    BlockRef block,
    boolean succeeded,
    long gasUsed,
    BigInteger gasPriceWei,
    Optional<Address> created,
    List<EventLog> logs) {
  /** Copies. */
  public TransactionReceipt {
    logs = List.copyOf(logs);
  }
}
