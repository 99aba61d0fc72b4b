package io.myelin.chain.store;

/** The file cannot be opened, read or written; the message says which and what to do. */
public final class ChainStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why, without a cause. */
  public ChainStoreException(String message) {
    super(message);
  }

  /** Why, with its cause. */
  public ChainStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
