package io.myelin.gateway.task;

/** A task was not taken in; nothing was started and nothing is counted. */
public final class TaskRejectedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final int retryAfterSeconds;

  /** Why. */
  public enum Reason {
    /** The queue of this session or of the gateway is full. */
    QUEUE_FULL,
    /** No node of the session serves the model. */
    UNKNOWN_MODEL,
    /** No such session. */
    UNKNOWN_SESSION,
    /** The session is not active. */
    SESSION_NOT_ACTIVE,
    /** Budget or task limit used up. */
    LIMIT_REACHED,
    /** No compute node is connected for this model now. */
    NO_NODE,
    /** A parameter that cannot be honoured. */
    BAD_REQUEST,
    /** The gateway drains. */
    SHUTTING_DOWN
  }

  /** With a message fit for a client; {@code retryAfterSeconds} 0 when retrying does not help. */
  public TaskRejectedException(Reason reason, String message, int retryAfterSeconds) {
    super(message);
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** Seconds to wait before another try, 0 when it does not help. */
  public int retryAfterSeconds() {
    return retryAfterSeconds;
  }
}
