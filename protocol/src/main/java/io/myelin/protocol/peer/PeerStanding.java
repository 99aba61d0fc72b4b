package io.myelin.protocol.peer;

import io.myelin.protocol.ids.Address;
import java.util.Collection;

/** Asks the chain whether a peer may call itself what its record says. */
public interface PeerStanding {
  /**
   * Whether the chain knows this operator in this role, staked, and admitted to every subnet that
   * it names. May block for a bounded time; the answer is remembered by whoever asks.
   *
   * @throws RuntimeException when it cannot be known now: it is asked again, and what was known
   *     stands until then
   */
  boolean isStaked(PeerRole role, Address operator, Collection<SubnetTag> subnets);
}
