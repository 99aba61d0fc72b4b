package io.myelin.contracts.differential;

import io.myelin.contracts.NodePool;
import io.myelin.contracts.SessionQueue;
import io.myelin.protocol.ids.Address;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A session of the queue that is open on the base chain, before any history.
 *
 * @param pool its nodes as they stand in the pool
 * @param sinceSeconds when histories may begin
 */
record QueueSession(
    Network network, Prepared terms, Map<Address, NodePool.Node> pool, long sinceSeconds) {
  QueueSession {
    pool = Map.copyOf(pool);
  }

  /** Opens it the real way. */
  static QueueSession open(Network network, Plan plan) {
    Prepared terms = Openings.prepare(network, plan);
    SessionQueue queue = network.contracts().queue();
    network.act(
        Network.STRANGER,
        network.contracts().sessions().open(terms.opening(), Openings.noPermit()));
    network.act(Network.STRANGER, queue.start(terms.queueBrief(), terms.queueTail()));
    return new QueueSession(network, terms, Map.of(), 0);
  }

  /** A node of it, as it stands in the pool before any history. */
  NodePool.Node standing(Address node) {
    return Objects.requireNonNull(pool.get(node), "a node of the session");
  }

  /** The same once nothing more happens on the base chain. */
  QueueSession settled() {
    Map<Address, NodePool.Node> now = new HashMap<>();
    for (Address node : terms.nodes()) {
      now.put(node, network.contracts().nodes().nodeOf(node).on(network.chain()));
    }
    return new QueueSession(network, terms, now, network.nowSeconds() + 1);
  }
}
