package io.myelin.compute.link;

/** Instead of a dialer, for a node that works for no gateway. */
public final class NoGateway implements Dialer {
  /** There is nobody to dial. */
  public NoGateway() {}

  @Override
  public Stream dial(Receiver receiver) {
    throw new IllegalStateException("this node works for no gateway");
  }

  @Override
  public String target() {
    return "none";
  }

  @Override
  public void close() {}
}
