package io.myelin.chain;

/** The block asked for by its hash is on no branch the endpoint knows. */
public final class BlockUnknownException extends ChainException {
  private static final long serialVersionUID = 1L;

  /** Says what happened. */
  public BlockUnknownException(String message) {
    super(message);
  }
}
