package io.myelin.protocol.mempool;

import io.myelin.protocol.ids.SessionId;

/** What became of requests: for those who watch, and for who brought one. */
public sealed interface PoolEffect {

  /** It is in. */
  record Added(PoolEntry entry) implements PoolEffect {}

  /** It is out. */
  record Removed(PoolEntry entry, Cause cause) implements PoolEffect {}

  /** It does not get in. */
  record Refused(SessionId id, Refusal why) implements PoolEffect {}

  /** Why something left. */
  enum Cause {
    /** Its time is over. */
    EXPIRED,
    /** Its sender put another in its place. */
    REPLACED,
    /** Its sender took it back. */
    CANCELLED,
    /** The chain has its session. */
    OPENED,
    /** Its sender holds less than its requests want. */
    NO_FUNDS,
    /** Its sender has too many. */
    TOO_MANY,
    /** Others pay more for the room. */
    FULL
  }

  /** Why something does not get in. */
  enum Refusal {
    /** Its time is over. */
    EXPIRED,
    /** It is valid for longer than a pool remembers. */
    TOO_LONG,
    /** It is in already. */
    KNOWN,
    /** It was in, or its place was used up: opened, replaced, cancelled. */
    GONE,
    /** It offers too little more than the one whose place it wants. */
    UNDERPRICED,
    /** Its sender has too many. */
    TOO_MANY,
    /** Its sender holds less than its requests want. */
    NO_FUNDS,
    /** Others pay more for the room. */
    FULL
  }
}
