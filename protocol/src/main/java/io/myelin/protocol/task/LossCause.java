package io.myelin.protocol.task;

/** Why a node is out of a task. */
public enum LossCause {
  /** It refused the offer. */
  REFUSED(false),
  /** It refused the offer because every slot is taken. */
  BUSY(false),
  /** It did not answer the offer in time. */
  NO_ACK(true),
  /** Its connection dropped. */
  CONNECTION_LOST(true),
  /** Its engine or the node itself failed in a way another node need not. */
  CRASHED(true),
  /** It said that the work cannot be done, after it had begun to do it. */
  FAILED(true),
  /** No chunk for too long. */
  STALLED(true),
  /**
   * It broke the protocol: a gap in the stream, more chunks than credit, text that is not UTF-8.
   */
  PROTOCOL_VIOLATION(true),
  /** No precommit in time. */
  NO_PRECOMMIT(true),
  /** No reveal in time. */
  NO_COMMIT(true),
  /** What it revealed is not what it had precommitted to. */
  BAD_REVEAL(true),
  /** It committed to a stream other than the one it had sent. */
  WRONG_HEAD(true),
  /** It counted tokens other than those it had sent. */
  WRONG_COUNT(true),
  /** The signature on its commitment is not its own. */
  BAD_SIGNATURE(true),
  /** It leaves the network in good order. */
  DRAINED(false),
  /** The gateway restarted and the node's run did not survive that. */
  GATEWAY_RESTARTED(false),
  /** A replica of a stream that was broken off. */
  CUT_SHORT(false),
  /** A replica that became the primary under a new offer. */
  PROMOTED(false);

  private final boolean fault;

  LossCause(boolean fault) {
    this.fault = fault;
  }

  /** Whether it costs the node reputation. */
  public boolean fault() {
    return fault;
  }

  /** Whether a shell may see it happen; the others only the machine itself finds. */
  public boolean reportable() {
    return switch (this) {
      case CONNECTION_LOST, CRASHED, PROTOCOL_VIOLATION, DRAINED -> true;
      case REFUSED,
          BUSY,
          NO_ACK,
          FAILED,
          STALLED,
          NO_PRECOMMIT,
          NO_COMMIT,
          BAD_REVEAL,
          WRONG_HEAD,
          WRONG_COUNT,
          BAD_SIGNATURE,
          GATEWAY_RESTARTED,
          CUT_SHORT,
          PROMOTED ->
          false;
    };
  }

  /** Whether the node may be chosen again for the same task. */
  boolean mayReturn() {
    return this == GATEWAY_RESTARTED;
  }

  /** Whether it may be chosen again once nobody else was found in time. */
  boolean mayReturnLater() {
    return this == BUSY || mayReturn();
  }
}
