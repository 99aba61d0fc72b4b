package io.myelin.gateway.session;

import io.myelin.protocol.ids.Address;
import java.util.Optional;

/** The node pool as the chain has it. */
public interface ChainPool {

  /** A node of the pool. */
  Optional<Entry> node(Address node);

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
