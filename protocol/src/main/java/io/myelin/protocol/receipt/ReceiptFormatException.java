package io.myelin.protocol.receipt;

import org.jspecify.annotations.Nullable;

/** A text is no receipt; the message names the field, what was there, and what was expected. */
public final class ReceiptFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  ReceiptFormatException(String message) {
    this(message, null);
  }

  ReceiptFormatException(String message, @Nullable Exception cause) {
    super(message, cause);
  }
}
