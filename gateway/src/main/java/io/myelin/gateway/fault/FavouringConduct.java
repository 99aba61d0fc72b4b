package io.myelin.gateway.fault;

import io.myelin.gateway.chain.Conduct;
import io.myelin.gateway.session.SessionOpening;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.selection.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A friend has the first seat of each session, whoever was drawn: the first of the pool it sees.
 */
final class FavouringConduct implements Conduct {
  private final AtomicReference<Address> friend = new AtomicReference<>(Address.ZERO);

  @Override
  public SessionOpening opening(SessionOpening drawn) {
    List<Address> free =
        drawn.candidates().stream()
            .map(Candidate::node)
            .sorted(Comparator.comparing(Address::toString))
            .toList();
    if (free.isEmpty()) {
      return drawn;
    }
    boolean _ = friend.compareAndSet(Address.ZERO, free.getFirst());
    if (!free.contains(friend.get())) {
      return drawn;
    }
    List<Address> nodes = new ArrayList<>(drawn.nodes());
    boolean _ = nodes.remove(friend.get());
    nodes.addFirst(friend.get());
    return new SessionOpening(
        drawn.request(),
        drawn.signature(),
        drawn.clientRandom(),
        drawn.gatewaySecret(),
        drawn.validatorSet(),
        drawn.subnetId(),
        drawn.priceVersion(),
        nodes.subList(0, drawn.nodes().size()),
        drawn.maxTasks(),
        drawn.candidates(),
        drawn.permit(),
        drawn.entry());
  }
}
