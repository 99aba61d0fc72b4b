package io.myelin.chain.abi;

/** Data that is not what its types say; the message names the type and the place. */
public final class AbiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong and where. */
  public AbiException(String message) {
    super(message);
  }
}
