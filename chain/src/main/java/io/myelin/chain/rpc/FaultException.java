package io.myelin.chain.rpc;

/** An endpoint gave no answer that can be used: another may. */
final class FaultException extends Exception {
  private static final long serialVersionUID = 1L;

  FaultException(String message) {
    super(message);
  }

  FaultException(String message, Throwable cause) {
    super(message, cause);
  }
}
