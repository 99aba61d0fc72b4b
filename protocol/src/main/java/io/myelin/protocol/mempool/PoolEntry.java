package io.myelin.protocol.mempool;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import java.math.BigInteger;
import java.util.Comparator;

/**
 * What a pool has to know of a request that waits. Its signatures have been checked.
 *
 * @param id of the session that it opens
 * @param sender the client
 * @param nonce the client's place for it
 * @param subnetId whose gateways may open it
 * @param budgetWei that it will escrow, above 0
 * @param bytes that it takes in memory and on the wire, above 0
 * @param validUntilMillis Unix time at which it is out
 */
public record PoolEntry(
    SessionId id,
    Address sender,
    long nonce,
    Digest subnetId,
    BigInteger budgetWei,
    int bytes,
    long validUntilMillis) {

  /** Who has more budget for each byte comes first; among equals the lower id. */
  static final Comparator<PoolEntry> BY_PAY =
      Comparator.<PoolEntry, PoolEntry>comparing(entry -> entry, PoolEntry::comparePay)
          .reversed()
          .thenComparing(PoolEntry::id);

  private static final BigInteger HUNDRED = BigInteger.valueOf(100);

  /** Checks the numbers. */
  public PoolEntry {
    if (nonce < 0) {
      throw new IllegalArgumentException("nonce: " + nonce + " (expected: >= 0)");
    }
    if (budgetWei.signum() <= 0) {
      throw new IllegalArgumentException("budgetWei: " + budgetWei + " (expected: above 0)");
    }
    if (bytes < 1) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 1)");
    }
    if (validUntilMillis < 0) {
      throw new IllegalArgumentException(
          "validUntilMillis: " + validUntilMillis + " (expected: >= 0)");
    }
  }

  /** Where it stands among its sender's requests. */
  public Place place() {
    return new Place(sender, nonce);
  }

  /** Whether the budget is so many percent above another's. */
  boolean raises(PoolEntry other, int percent) {
    BigInteger least = other.budgetWei.multiply(BigInteger.valueOf(100L + percent));
    return budgetWei.multiply(HUNDRED).compareTo(least) >= 0;
  }

  private static int comparePay(PoolEntry one, PoolEntry other) {
    return one.budgetWei
        .multiply(BigInteger.valueOf(other.bytes))
        .compareTo(other.budgetWei.multiply(BigInteger.valueOf(one.bytes)));
  }

  /**
   * A sender's place, in which one request counts.
   *
   * @param sender the client
   * @param nonce chosen by it
   */
  public record Place(Address sender, long nonce) {}
}
