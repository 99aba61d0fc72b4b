package io.myelin.chain.local;

/** The local chain cannot be started, or ended by itself; the message says what to do. */
public final class LocalChainException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what happened. */
  public LocalChainException(String message) {
    super(message);
  }

  /** Says what happened, with the cause. */
  public LocalChainException(String message, Throwable cause) {
    super(message, cause);
  }
}
