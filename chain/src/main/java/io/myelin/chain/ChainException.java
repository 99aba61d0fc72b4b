package io.myelin.chain;

/** Something about a chain did not work; the subclasses say what, the message also what to do. */
public abstract sealed class ChainException extends RuntimeException
    permits EndpointsFailedException,
        WrongChainException,
        RpcException,
        RevertedException,
        RangeRefusedException,
        BlockUnknownException,
        TransactionRefusedException {
  private static final long serialVersionUID = 1L;

  ChainException(String message) {
    super(message);
  }

  ChainException(String message, Throwable cause) {
    super(message, cause);
  }
}
