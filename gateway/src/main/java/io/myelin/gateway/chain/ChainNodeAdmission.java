package io.myelin.gateway.chain;

import io.myelin.gateway.hub.NodeAdmission;
import io.myelin.gateway.session.ChainPool;
import io.myelin.protocol.ids.Address;
import io.myelin.v1.Hello;
import java.util.function.Supplier;

/**
 * Admits the nodes that their owners registered and staked on chain, with the slots declared there.
 */
public final class ChainNodeAdmission implements NodeAdmission {
  private final Supplier<ChainPool> pool;

  /** With the pool as it was last seen. */
  public ChainNodeAdmission(Supplier<ChainPool> pool) {
    this.pool = pool;
  }

  @Override
  public Verdict admit(Address operator, Hello hello) {
    ChainPool.Entry entry = pool.get().node(operator).orElse(null);
    if (entry == null) {
      return new Verdict.Refused(
          "not_registered",
          operator
              + " is not in the node pool (expected: an owner who registered and staked it;"
              + " ./myelin stake node add)",
          true);
    }
    if (entry.standing() == ChainPool.Standing.SUSPENDED) {
      return new Verdict.Refused(
          "suspended", operator + " is suspended by a verdict; ./myelin stake node show", true);
    }
    if (entry.standing() == ChainPool.Standing.LEAVING) {
      return new Verdict.Refused(
          "leaving", operator + " was taken out of the pool by its owner", true);
    }
    if (hello.getSlots() > entry.slots()) {
      return new Verdict.Refused(
          "too_many_slots",
          "slots: "
              + hello.getSlots()
              + " (expected: at most "
              + entry.slots()
              + ", as its owner declared; ./myelin stake node slots)",
          true);
    }
    return new Verdict.Admitted();
  }
}
