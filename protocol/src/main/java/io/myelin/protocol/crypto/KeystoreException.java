package io.myelin.protocol.crypto;

import org.jspecify.annotations.Nullable;

/** A keystore cannot be opened; the message says why and never shows a secret. */
public final class KeystoreException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Why. */
  public enum Reason {
    /** It is not a version 3 keystore, or a field is out of range. */
    MALFORMED,
    /** It is one, with a cipher or key derivation that is not supported here. */
    UNSUPPORTED,
    /** The password does not fit. */
    WRONG_PASSWORD
  }

  KeystoreException(Reason reason, String message) {
    this(reason, message, null);
  }

  KeystoreException(Reason reason, String message, @Nullable Exception cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why it cannot be opened. */
  public Reason reason() {
    return reason;
  }
}
