package io.myelin.protocol.session;

/** One thing that may happen to a session; {@code pick} chooses whom it concerns. */
record SessionAction(Kind kind, int pick) {

  enum Kind {
    /** Whatever brings the session on. */
    PROGRESS,
    SELECT,
    NO_NODES,
    APPROVE,
    DENY,
    FUND,
    FUND_TOO_LITTLE,
    NO_FUNDS,
    RESERVED,
    NOT_RESERVED,
    LOSE,
    RELEASED,
    TASK,
    COUNT,
    COUNT_TOO_MUCH,
    DROP,
    CLOSE,
    SETTLED,
    REFUNDED,
    RETURNED,
    RETURNED_LATE,
    TIMER,
    TIMER_EARLY,
    TIMER_STALE,
    RESTART,
    AGAIN
  }

  @Override
  public String toString() {
    return kind + "#" + pick;
  }
}
