package io.myelin.chain;

/** The endpoint will not search this many blocks or return this many logs at once. */
public final class RangeRefusedException extends ChainException {
  private static final long serialVersionUID = 1L;

  /** Says what happened. */
  public RangeRefusedException(String message) {
    super(message);
  }
}
