package io.myelin.gateway.chain;

import io.myelin.gateway.session.OnChain;
import io.myelin.gateway.session.SessionOpening;
import io.myelin.protocol.receipt.SignedReceipt;
import java.math.BigInteger;
import java.util.List;

/**
 * What a gateway decides alone when it asks committees: whom a session is to have, and what it is
 * said to have earned. The usual one adds nothing to what was drawn and proven; a {@link
 * io.myelin.gateway.fault.GatewayFault} does.
 */
public interface Conduct {
  /** Of an honest gateway. */
  Conduct HONEST = new Conduct() {};

  /** What a committee is asked to approve, of what was drawn. */
  default SessionOpening opening(SessionOpening drawn) {
    return drawn;
  }

  /** Whether a receipt of a session is settled. */
  default boolean settles(OnChain session, SignedReceipt receipt) {
    return true;
  }

  /**
   * What is claimed for the seats of a session.
   *
   * @param earnedWei what its receipts add up to, for each
   */
  default List<BigInteger> claimed(List<BigInteger> earnedWei) {
    return earnedWei;
  }
}
