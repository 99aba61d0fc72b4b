package io.myelin.contracts.differential;

/**
 * One thing that may happen to a gateway's sessions and their nodes; {@code pick} chooses which.
 *
 * @param waitSeconds since the one before
 */
record GatewayCommand(Kind kind, int pick, int waitSeconds) {

  enum Kind {
    /** Whatever brings a session on. */
    PROGRESS,
    OPEN,
    HOLD,
    COUNT,
    COUNT_TOO_MUCH,
    DROP,
    CLOSE_BY_CLIENT,
    CLOSE_BY_GATEWAY,
    CLOSE_SIGNED,
    CLOSE_FORGED,
    CLOSE_BY_STRANGER,
    SETTLE,
    SETTLE_TWO,
    SETTLE_TWICE,
    SETTLE_WITHOUT_QUORUM,
    SETTLE_OTHERS_SIGNED,
    SETTLE_OVER_BUDGET,
    SETTLE_TOO_MANY_TASKS,
    SETTLE_WRONG_SEATS,
    SETTLE_BY_STRANGER,
    FAIL,
    FAIL_BY_STRANGER,
    EXPIRE,
    RESCUE,
    FINALIZE,
    FINALIZE_TWO,
    FINALIZE_FORGED,
    WITHDRAW,
    JUDGE,
    JUDGE_WITHOUT_QUORUM,
    JOIN,
    REMOVE,
    REMOVE_BY_STRANGER,
    SET_SLOTS,
    /** A time that something waits for, a second before it, at it or after it. */
    TIME,
    /** Something that was tried before is tried again. */
    AGAIN
  }

  @Override
  public String toString() {
    return kind + "#" + pick + (waitSeconds == 0 ? "" : "+" + waitSeconds + "s");
  }
}
