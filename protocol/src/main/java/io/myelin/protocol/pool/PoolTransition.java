package io.myelin.protocol.pool;

import java.util.List;

/** What an event did. */
public sealed interface PoolTransition {

  /** It took effect. */
  record Moved(PoolState state, List<PoolEffect> effects) implements PoolTransition {
    /** Copies. */
    public Moved {
      effects = List.copyOf(effects);
    }
  }

  /** It is not allowed here; the state is as before. */
  record Rejected(RejectReason reason, String message) implements PoolTransition {}

  /** Why an event is not allowed. */
  enum RejectReason {
    /** No such node. */
    UNKNOWN_NODE,
    /** The node is in the pool already. */
    ALREADY_JOINED,
    /** Not a number of slots. */
    BAD_SLOTS,
    /** More slots are in use than would be left. */
    SLOTS_IN_USE,
    /** Not as many slots are free. */
    NO_FREE_SLOT,
    /** The session holds slots of the node already. */
    ALREADY_RESERVED,
    /** The session holds no slot of the node. */
    NOT_RESERVED,
    /** The node is in another standing. */
    WRONG_STANDING
  }
}
