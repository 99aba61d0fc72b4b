package io.myelin.protocol.task;

/** What became of the slot an offer took. */
public enum SlotUse {
  /** Taken. */
  HELD,
  /** {@link TaskEffect.ReleaseSlot} was asked for, the answer is awaited. */
  RELEASING,
  /** Given back. */
  RELEASED,
  /** Handed on to a later offer to the same node. */
  MOVED
}
