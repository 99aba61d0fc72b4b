package io.myelin.protocol.task;

/**
 * One thing that may happen to a task, told apart from the state it meets: {@code pick} chooses
 * whom or what it concerns, modulo what there is. Lists of them shrink well.
 */
record TaskAction(Kind kind, int pick) {

  enum Kind {
    /** Whatever brings the task on. */
    PROGRESS,
    CHUNK,
    DISPATCH,
    DISPATCH_WRONG,
    NO_NODE,
    ACK,
    REFUSE,
    REFUSE_CLIENT_FAULT,
    LOSE,
    NODE_FAILS,
    RETURN,
    FINISH,
    FINISH_WRONG_COUNT,
    PRECOMMIT,
    COMMIT,
    COMMIT_BAD_REVEAL,
    COMMIT_WRONG_HEAD,
    COMMIT_BAD_SIGNATURE,
    REPLACE,
    NO_REPLACEMENT,
    ACCEPT,
    DENY,
    RECEIPT,
    CANCEL,
    TIMER,
    TIMER_EARLY,
    TIMER_STALE,
    TIME,
    RELEASE,
    RESTART,
    RESTART_AND_GIVE_UP,
    /** Something that was said before is said again. */
    AGAIN,
    /** About an attempt that never was. */
    NOBODY
  }

  @Override
  public String toString() {
    return kind + "#" + pick;
  }
}
