package io.myelin.protocol.task;

import java.util.List;

/** What an event did. */
public sealed interface Transition {

  /** It took effect. */
  record Moved(TaskState state, List<TaskEffect> effects) implements Transition {
    /** Copies. */
    public Moved {
      effects = List.copyOf(effects);
    }
  }

  /** It is not allowed here; the state is as before and nothing is to be done. */
  record Rejected(RejectReason reason, String message) implements Transition {}

  /** Why an event is not allowed. */
  enum RejectReason {
    /** The task ended before. */
    ALREADY_ENDED,
    /** The event belongs to another phase. */
    WRONG_PHASE,
    /** No offer of that number went to that node. */
    UNKNOWN_ATTEMPT,
    /** The offer was given up; what it still says does not matter. */
    NODE_GONE,
    /** The same was said before. */
    DUPLICATE,
    /** Something must come first. */
    OUT_OF_ORDER,
    /** Only the primary streams. */
    NOT_PRIMARY,
    /** The node was not asked to reveal yet. */
    REVEAL_NOT_ASKED,
    /** Not as many nodes as the redundancy asks for, or one of them twice. */
    WRONG_NODES,
    /** The node takes part already, or failed before. */
    NODE_EXCLUDED,
    /** The search was answered or given up before. */
    STALE_REQUEST,
    /** That timer was disarmed or fired before. */
    STALE_DEADLINE,
    /** The position is not a later one of the same stream. */
    NOT_A_CONTINUATION,
    /** All was delivered: the work is settled, not cancelled. */
    TOO_LATE,
    /** Nobody asked for that slot to be given back. */
    SLOT_HELD
  }
}
