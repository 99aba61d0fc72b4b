package io.myelin.protocol.pool;

import io.myelin.protocol.ids.Address;
import java.util.List;
import java.util.Optional;
import org.pcollections.TreePMap;

/** Every node of the pool, in order of address. */
public record PoolState(TreePMap<Address, PoolNode> nodes) {
  /** A pool without nodes. */
  public static final PoolState EMPTY = new PoolState(TreePMap.empty());

  /** The node, if it is in the pool. */
  public Optional<PoolNode> node(Address address) {
    return Optional.ofNullable(nodes.get(address));
  }

  /** Nodes with a free slot: what a session may choose from. */
  public List<PoolNode> ephemeral() {
    return nodes.values().stream().filter(n -> n.freeSlots() > 0).toList();
  }
}
