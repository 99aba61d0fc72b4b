package io.myelin.chain;

/** A contract refused; what it said is in {@link #data}, for {@code Reverts} to decode. */
public final class RevertedException extends ChainException {
  private static final long serialVersionUID = 1L;

  private final transient Bytes data;

  /**
   * Says what reverted.
   *
   * @param data what the contract returned, empty when it or the endpoint gave none
   */
  public RevertedException(String message, Bytes data) {
    super(message);
    this.data = data;
  }

  /** What the contract returned with the revert: selector and arguments of its error. */
  public Bytes data() {
    return data;
  }
}
