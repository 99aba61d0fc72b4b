package io.myelin.committee.opening;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.ids.Address;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The pool as the chain has it. Which nodes ever joined is remembered between calls; how they stand
 * is asked each time, some hundred at once, all of them in the state after one block.
 */
public final class FreeNodes {
  /** A block that was reorganised away may come back a little lower. */
  private static final long REREAD_BLOCKS = 64;

  /** Nodes of one question: some two million gas of the fifty that endpoints grant. */
  private static final int MOST_AT_ONCE = 512;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final long firstBlock;
  private final Set<Address> joined = new TreeSet<>();
  private long nextBlock;

  /**
   * Of a network.
   *
   * @param firstBlock no event of the network is older
   */
  public FreeNodes(ChainClient chain, NetworkContracts network, long firstBlock) {
    this.chain = chain;
    this.network = network;
    this.firstBlock = firstBlock;
    this.nextBlock = firstBlock;
  }

  /**
   * Each node with a free slot, and its owner; blocks.
   *
   * @param mostNodes that the pool may have had in all
   * @throws IllegalStateException when it had more
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Map<Address, Address> read(int mostNodes) {
    long head = chain.head().number();
    Map<Address, Address> free = new TreeMap<>();
    List<Address> all = List.copyOf(joinedBy(head, mostNodes));
    for (int from = 0; from < all.size(); from += MOST_AT_ONCE) {
      List<Address> some = all.subList(from, Math.min(all.size(), from + MOST_AT_ONCE));
      List<Address> owners = network.nodes().freeOf(some).on(chain, head);
      for (int i = 0; i < some.size(); i++) {
        if (!owners.get(i).isZero()) {
          free.put(some.get(i), owners.get(i));
        }
      }
    }
    return free;
  }

  private synchronized Set<Address> joinedBy(long head, int mostNodes) {
    NodePool pool = network.nodes();
    LogFilter filter =
        LogFilter.of(pool.address()).events(List.of(NodePool.JoinedEvent.TYPE.topic()));
    long from = Math.max(firstBlock, nextBlock - REREAD_BLOCKS);
    for (EventLog log : LogRanges.read(chain, filter, from, head)) {
      if (NodePool.event(log).orElse(null) instanceof NodePool.JoinedEvent event) {
        joined.add(event.node());
      }
    }
    nextBlock = head + 1;
    if (joined.size() > mostNodes) {
      throw new IllegalStateException(
          "the pool has %d nodes (expected: at most %d, as configured)"
              .formatted(joined.size(), mostNodes));
    }
    return new TreeSet<>(joined);
  }
}
