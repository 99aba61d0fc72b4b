package io.myelin.protocol.pool;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import org.pcollections.TreePMap;

/**
 * A node in the pool.
 *
 * @param slots tasks it runs at once
 * @param reserved slots taken, per session
 * @param untested slots that sessions gave back and that no test has cleared since
 */
public record PoolNode(
    Address node,
    int slots,
    Standing standing,
    TreePMap<SessionId, Integer> reserved,
    int untested) {

  /** Checks that no slot is used twice. */
  public PoolNode {
    int inUse = untested + reserved.values().stream().mapToInt(Integer::intValue).sum();
    if (slots < 1 || untested < 0 || inUse > slots) {
      throw new IllegalArgumentException(
          "slots: "
              + slots
              + ", in use: "
              + inUse
              + " (expected: 1 or more, not fewer than in use)");
    }
  }

  /** Slots that sessions hold. */
  public int reservedSlots() {
    return reserved.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Slots a session may take now. */
  public int freeSlots() {
    return standing == Standing.QUALIFIED ? slots - reservedSlots() - untested : 0;
  }

  /**
   * As the seeds name it: a node with a free slot is ephemeral, whatever its other slots do;
   * released means given back and waiting for its test.
   */
  public String label() {
    return switch (standing) {
      case UNQUALIFIED -> "unqualified";
      case SUSPENDED -> "suspended";
      case LEAVING -> "leaving";
      case QUALIFIED ->
          freeSlots() > 0 ? "ephemeral" : reserved.isEmpty() ? "released" : "reserved";
    };
  }

  PoolNode with(Standing next) {
    return new PoolNode(node, slots, next, reserved, untested);
  }

  PoolNode tested() {
    return new PoolNode(node, slots, Standing.QUALIFIED, reserved, 0);
  }

  PoolNode withSlots(int next) {
    return new PoolNode(node, next, standing, reserved, untested);
  }

  PoolNode reserve(SessionId session, int count) {
    return new PoolNode(node, slots, standing, reserved.plus(session, count), untested);
  }

  PoolNode release(SessionId session, int count) {
    return new PoolNode(node, slots, standing, reserved.minus(session), untested + count);
  }
}
