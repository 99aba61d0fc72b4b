package io.myelin.client;

/** What a gateway answered in place of what was asked for, as programs read it. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;

  RefusedException(int status, String code) {
    super("status " + status + (code.isEmpty() ? "" : ", " + code), null, false, false);
    this.code = code;
  }

  /** {@code error.code} of the answer; empty when it had none. */
  public String code() {
    return code;
  }
}
