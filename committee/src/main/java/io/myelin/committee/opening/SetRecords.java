package io.myelin.committee.opening;

import io.myelin.chain.BlockRef;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.reputation.Reputation;
import java.util.Map;

/**
 * What the chain had said of nodes when a validator set was made: by it everybody who draws for
 * that set's sessions, and everybody who checks a draw, weighs the nodes, whenever they look.
 *
 * @param set its number
 * @param block it was made in; what this block says counts too
 * @param timeSeconds the block's time, up to which the past is weighed
 * @param nodes of whom something was counted
 */
public record SetRecords(
    long set, BlockRef block, long timeSeconds, Map<Address, Reputation> nodes) {

  /** What is known of a node. */
  public Reputation of(Address node) {
    return nodes.getOrDefault(node, Reputation.UNKNOWN);
  }

  /** What a node weighs in draws. */
  public long weight(Address node) {
    return of(node).weight(timeSeconds);
  }
}
