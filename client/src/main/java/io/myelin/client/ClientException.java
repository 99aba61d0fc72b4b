package io.myelin.client;

import java.io.IOException;

/** What was asked for did not come about; the message says why and what to do next. */
public class ClientException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean wrongInput;

  /** With what happened and what to do next. */
  public ClientException(String message) {
    this(message, false);
  }

  /** With a cause. */
  public ClientException(String message, Throwable cause) {
    super(message, cause);
    this.wrongInput = false;
  }

  /** For a value that cannot be meant, if {@code wrongInput}. */
  protected ClientException(String message, boolean wrongInput) {
    super(message);
    this.wrongInput = wrongInput;
  }

  /** For a value that cannot be meant. */
  public static ClientException wrongInput(String message) {
    return new ClientException(message, true);
  }

  /** Whether a value that was given cannot be meant, so that trying again is of no use. */
  public boolean isWrongInput() {
    return wrongInput;
  }

  /** Whether the same may come about a moment later: nobody answered, or there was no room. */
  public boolean isPassing() {
    return getCause() instanceof RefusedException refused
        ? refused.isPassing()
        : getCause() instanceof IOException;
  }
}
