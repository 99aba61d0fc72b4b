package io.myelin.client;

/** What a gateway answered in place of what was asked for, as programs read it. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private static final int UNAVAILABLE = 503;
  private static final int TIMED_OUT = 504;

  private final int status;
  private final String code;

  RefusedException(int status, String code) {
    super("status " + status + (code.isEmpty() ? "" : ", " + code), null, false, false);
    this.status = status;
    this.code = code;
  }

  /** {@code error.code} of the answer; empty when it had none. */
  public String code() {
    return code;
  }

  /** Whether the same may be granted a moment later: there was no room, or no answer in time. */
  boolean isPassing() {
    return status == UNAVAILABLE || status == TIMED_OUT || code.equals("slot_taken");
  }
}
