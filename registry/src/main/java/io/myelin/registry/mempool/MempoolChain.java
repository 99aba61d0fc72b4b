package io.myelin.registry.mempool;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import java.math.BigInteger;
import java.util.Collection;

/**
 * The chain as a pool asks it. Every method may block for a bounded time, and throws when not read.
 */
public interface MempoolChain {

  /** What an account holds and lets the payment contract take: the lower of the two. */
  BigInteger fundsWei(Address client);

  /** Whether a session was opened, whatever became of it. */
  boolean isOpened(SessionId session);

  /** Whether a gateway is admitted to a subnet, bonded, and not leaving. */
  boolean isReady(Digest subnetId, Address gateway);

  /** Sessions that were opened since this was asked last. */
  Collection<SessionId> newlyOpened();
}
