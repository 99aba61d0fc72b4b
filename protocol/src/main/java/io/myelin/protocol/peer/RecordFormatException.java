package io.myelin.protocol.peer;

/** Bytes that are no record or message of this network; the message says what is wrong. */
public final class RecordFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong, with the bad value and what was expected. */
  public RecordFormatException(String message) {
    super(message);
  }
}
