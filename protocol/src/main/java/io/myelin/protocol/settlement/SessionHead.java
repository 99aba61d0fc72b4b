package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Address;
import java.math.BigInteger;

/**
 * What money needs to know of a session.
 *
 * @param client the account that pays, and gets back what is left
 * @param gateway the key that relays and settles
 * @param gatewayPayee who gets the gateway's share; the zero address for a session of the queue
 * @param budgetWei in escrow, at most 128 bits
 * @param expiresAtSeconds Unix time at which it ends, at most 40 bits
 * @param maxTasks most tasks that may be settled, 32 bits; 0 for no limit
 */
public record SessionHead(
    Address client,
    Address gateway,
    Address gatewayPayee,
    BigInteger budgetWei,
    long expiresAtSeconds,
    long maxTasks) {
  public SessionHead {
    Ranges.wei("budgetWei", budgetWei);
    Ranges.uint("expiresAtSeconds", expiresAtSeconds, 40);
    Ranges.uint("maxTasks", maxTasks, 32);
  }
}
