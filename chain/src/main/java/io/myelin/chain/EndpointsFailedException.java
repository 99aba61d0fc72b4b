package io.myelin.chain;

/** No endpoint gave an answer in time; the message names each with its reason. */
public final class EndpointsFailedException extends ChainException {
  private static final long serialVersionUID = 1L;

  /** Says what happened. */
  public EndpointsFailedException(String message) {
    super(message);
  }
}
