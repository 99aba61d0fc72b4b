package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.SelectionSeed;

/** The seed that a session's nodes and committee are drawn from. */
public final class SessionSeed {
  private SessionSeed() {}

  /**
   * The seed, once the gateway's secret is known. What the contract hashes, {@code
   * abi.encode(nonce, secret)}, is the two one after the other, as everywhere.
   *
   * @param nonce that the client signed
   */
  public static SelectionSeed of(Digest nonce, Digest gatewaySecret) {
    return SelectionSeed.open(SelectionSeed.commitmentTo(gatewaySecret), nonce, gatewaySecret);
  }
}
