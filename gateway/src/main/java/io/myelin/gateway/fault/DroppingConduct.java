package io.myelin.gateway.fault;

import io.myelin.gateway.chain.Conduct;
import io.myelin.gateway.session.OnChain;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.receipt.SignedReceipt;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One node of each session is not paid: its receipts are not there when the rest is settled. */
final class DroppingConduct implements Conduct {
  private final Map<SessionId, Address> victims = new ConcurrentHashMap<>();

  @Override
  public boolean settles(OnChain session, SignedReceipt receipt) {
    Address victim =
        victims.computeIfAbsent(session.id(), _ -> receipt.receipt().nodes().getFirst().address());
    return receipt.receipt().nodes().stream().noneMatch(node -> node.address().equals(victim));
  }
}
