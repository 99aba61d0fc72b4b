package io.myelin.gateway.journal;

/** The journal cannot be opened, read or written; the message says which file and what to do. */
public final class JournalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, without a cause. */
  public JournalException(String message) {
    super(message);
  }

  /** Why, with its cause. */
  public JournalException(String message, Throwable cause) {
    super(message, cause);
  }
}
