package io.myelin.protocol.journal;

/** A journal entry that cannot be read: damaged, or written by a newer version. */
public final class JournalFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  JournalFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
