package io.myelin.chain;

/** Every endpoint that answers serves another chain than the one configured. */
public final class WrongChainException extends ChainException {
  private static final long serialVersionUID = 1L;

  /** Says what happened. */
  public WrongChainException(String message) {
    super(message);
  }
}
