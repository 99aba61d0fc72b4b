package io.myelin.contracts.differential;

import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * What histories of a gateway's sessions begin with: sessions that are signed and approved but not
 * open, and a committee pinned for the gateway's first batch.
 *
 * @param plans what each session is, in the order of {@code prepared}
 * @param sinceSeconds when histories may begin
 * @param staleAtSeconds from when on the committee's set is too old for a batch
 */
record GatewayBase(
    Network network,
    List<Plan> plans,
    List<Prepared> prepared,
    long sinceSeconds,
    long staleAtSeconds) {
  static final int NODES = 4;
  static final int SLOTS = 2;
  private static final long HOURS = 3_600;
  private static final long PIN_SECONDS = 2 * 86_400;

  static GatewayBase on(Network network) {
    List<Plan> plans =
        List.of(
            plan(network, "alone", 1, List.of(0), 30, 0, 40 * HOURS, 3),
            plan(network, "few tasks", 1, List.of(1), 20, 3, 6 * HOURS, 4),
            plan(network, "pair", 2, List.of(0, 1), 30, 0, 44 * HOURS, 3),
            plan(network, "three", 2, List.of(0, 1, 2), 40, 0, 20 * HOURS, 5),
            plan(network, "all", 4, List.of(0, 1, 2, 3), 20, 4, 30 * HOURS, 3),
            plan(network, "the same nodes", 2, List.of(1, 0), 30, 0, 2 * HOURS, 3),
            plan(network, "too dear", 1, List.of(3), 101, 0, 9 * HOURS, 3),
            plan(network, "not approved", 1, List.of(2), 10, 0, 9 * HOURS, 2));
    List<Prepared> prepared = new ArrayList<>();
    plans.forEach(plan -> prepared.add(Openings.prepare(network, plan)));
    Address gateway = network.gateway().address();
    network.act(Network.STRANGER, network.contracts().payment().pinCommittee(gateway));
    long madeAt = network.contracts().validators().madeAt(1).on(network.chain());
    return new GatewayBase(
        network, plans, prepared, network.nowSeconds() + 1, madeAt + PIN_SECONDS);
  }

  private static Plan plan(
      Network network,
      String name,
      int redundancy,
      List<Integer> nodes,
      long ether,
      int maxTasks,
      long lifetimeSeconds,
      int approvals) {
    // Odd amounts, so that every part is rounded.
    BigInteger budgetWei =
        Network.ETHER
            .multiply(BigInteger.valueOf(ether))
            .subtract(BigInteger.valueOf(ether * 7 + 1));
    return new Plan(
        name,
        network.gateway().address(),
        redundancy,
        nodes.stream().map(network::node).toList(),
        budgetWei,
        maxTasks,
        lifetimeSeconds,
        approvals);
  }
}
