package io.myelin.validator;

/** What was signed cannot be read or written; then nothing is signed. */
public final class SigningStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SigningStoreException(String message) {
    super(message);
  }

  SigningStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
