package io.myelin.contracts.differential;

/**
 * One thing that may happen to a session of the queue, told apart from the state it meets: {@code
 * pick} chooses whom or what it concerns, modulo what there is. Lists of them shrink well.
 *
 * @param waitSeconds since the one before
 */
record QueueCommand(Kind kind, int pick, int waitSeconds) {

  enum Kind {
    /** Whatever brings a task on. */
    PROGRESS,
    ENQUEUE,
    ENQUEUE_SIGNED,
    ENQUEUE_FORGED,
    ENQUEUE_BY_STRANGER,
    ENQUEUE_WRONG_SPEC,
    ENQUEUE_BAD_DEADLINE,
    ENQUEUE_TOO_DEAR,
    ASSIGN,
    ACK,
    GIVE_UP,
    PRECOMMIT,
    PRECOMMIT_GREEDY,
    PRECOMMIT_EMPTY,
    COMMIT,
    COMMIT_FALSE,
    COMMIT_WRONG_OUTPUT,
    ACCEPT,
    DENY,
    VERDICT_WITHOUT_QUORUM,
    VERDICT_ABOUT_OTHERS,
    CANCEL,
    CANCEL_SIGNED,
    CANCEL_FORGED,
    CANCEL_BY_STRANGER,
    /** A deadline that stands, a second before its time, at it or after it. */
    DEADLINE,
    /** Any deadline of any attempt. */
    STALE_DEADLINE,
    /** Every offer that stands is given up, one after the other. */
    EVERYBODY_LEAVES,
    /** A node speaks for an offer of another's. */
    WRONG_NODE,
    /** An attempt that never was. */
    NOBODY,
    /** Something that was said before is said again. */
    AGAIN,
    /** The session's expiry, a second before it, at it or after it. */
    EXPIRY,
    FINISH,
    FINISH_BY_STRANGER,
    START_AGAIN
  }

  @Override
  public String toString() {
    return kind + "#" + pick + (waitSeconds == 0 ? "" : "+" + waitSeconds + "s");
  }
}
