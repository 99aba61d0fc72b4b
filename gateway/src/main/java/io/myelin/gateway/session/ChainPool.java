package io.myelin.gateway.session;

import io.myelin.protocol.ids.Address;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** The node pool as the chain has it. */
public interface ChainPool {

  /** A node of the pool. */
  Optional<Entry> node(Address node);

  /**
   * What nodes weigh in draws for sessions of a validator set; empty while that was not read.
   * Without a chain to say more of one than of another, all weigh the same.
   */
  default Optional<ToLongFunction<Address>> weights(long set) {
    return Optional.of(_ -> 1);
  }

  /** How a node stands in draws, and why; empty where no chain says so. */
  default Optional<NodeReputation> reputation(Address node) {
    return Optional.empty();
  }

  /** How far a node is. */
  enum Standing {
    /** Waits for its test. */
    UNQUALIFIED,
    /** Tested. */
    QUALIFIED,
    /** Kept out by a verdict. */
    SUSPENDED,
    /** On its way out. */
    LEAVING
  }

  /**
   * A node.
   *
   * @param owner who earns what it earns
   * @param slots it declared
   * @param reserved slots that sessions hold
   * @param untested slots given back since its last test
   */
  record Entry(Address owner, Standing standing, int slots, int reserved, int untested) {

    /** Slots that a session may take. */
    public int freeSlots() {
      return standing == Standing.QUALIFIED ? Math.max(0, slots - reserved - untested) : 0;
    }

    /** Whether a verdict would bring it, or slots of it, back. */
    public boolean wantsTest() {
      return standing == Standing.UNQUALIFIED || (standing == Standing.QUALIFIED && untested > 0);
    }
  }
}
