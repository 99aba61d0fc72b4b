package io.myelin.chain.transaction;

import io.myelin.chain.BlockRef;
import io.myelin.chain.TransactionReceipt;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.Optional;

/**
 * Where an intent's transaction stands in the chain.
 *
 * @param transaction which of its attempts it was
 * @param succeeded false when it reverted
 * @param gasUsed gas
 * @param gasPriceWei paid for each gas
 * @param created the contract it created
 */
public record Inclusion(
    Digest transaction,
    BlockRef block,
    boolean succeeded,
    long gasUsed,
    BigInteger gasPriceWei,
    Optional<Address> created) {
  static Inclusion of(TransactionReceipt receipt) {
    return new Inclusion(
        receipt.transaction(),
        receipt.block(),
        receipt.succeeded(),
        receipt.gasUsed(),
        receipt.gasPriceWei(),
        receipt.created());
  }

  /** What it cost. */
  public BigInteger paidWei() {
    return gasPriceWei.multiply(BigInteger.valueOf(gasUsed));
  }
}
