package io.myelin.chain;

/** An endpoint will not have a transaction. */
public final class TransactionRefusedException extends ChainException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** Says what the endpoint said. */
  public TransactionRefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }

  /** What helps. */
  public enum Reason {
    /** Its nonce is used: it, or another with the same nonce, is in a block. */
    NONCE_USED,
    /** Another with its nonce waits, and this one does not pay enough more. */
    REPLACEMENT_UNDERPRICED,
    /** It pays too little to be taken now. */
    UNDERPRICED,
    /** The account cannot pay value and gas. */
    INSUFFICIENT_FUNDS,
    /** Anything else. */
    OTHER
  }
}
