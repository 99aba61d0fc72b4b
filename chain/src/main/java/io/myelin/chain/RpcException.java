package io.myelin.chain;

/** An endpoint answered with a JSON-RPC error that has no meaning of its own here. */
public final class RpcException extends ChainException {
  private static final long serialVersionUID = 1L;

  private final long code;

  /**
   * Says what was asked and answered.
   *
   * @param code JSON-RPC error code
   */
  public RpcException(String message, long code) {
    super(message);
    this.code = code;
  }

  /** JSON-RPC error code. */
  public long code() {
    return code;
  }
}
