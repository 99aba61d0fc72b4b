package io.myelin.validator;

import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Address;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The pool as the chain has it. Which nodes ever joined is remembered between calls; how they stand
 * is asked each time, all of them in the state after one block.
 */
final class NodePoolView {
  /** A block that was reorganised away may come back a little lower. */
  private static final long REREAD_BLOCKS = 64;

  private static final int QUALIFIED = 2;

  private final ChainView view;
  private final int mostNodes;
  private final Set<Address> joined = new TreeSet<>();
  private long nextBlock;

  NodePoolView(ChainView view, int mostNodes) {
    this.view = view;
    this.mostNodes = mostNodes;
    this.nextBlock = view.firstBlock();
  }

  /** Each node with a free slot, and its owner. */
  Map<Address, Address> free() throws RefusedException {
    long head = view.client().head().number();
    Map<Address, Address> free = new TreeMap<>();
    for (Address node : joinedBy(head)) {
      NodePool.Node info = view.network().nodes().nodeOf(node).on(view.client(), head);
      // The pool's own sum: only a qualified node has free slots.
      if (info.standing() == QUALIFIED && info.slots() - info.reserved() - info.untested() > 0) {
        free.put(node, info.owner());
      }
    }
    return free;
  }

  private synchronized Set<Address> joinedBy(long head) throws RefusedException {
    NodePool pool = view.network().nodes();
    LogFilter filter =
        LogFilter.of(pool.address()).events(List.of(NodePool.JoinedEvent.TYPE.topic()));
    long from = Math.max(view.firstBlock(), nextBlock - REREAD_BLOCKS);
    for (EventLog log : view.logs(filter, from, head)) {
      if (NodePool.event(log).orElse(null) instanceof NodePool.JoinedEvent event) {
        joined.add(event.node());
      }
    }
    nextBlock = head + 1;
    if (joined.size() > mostNodes) {
      throw new RefusedException(
          Reason.TOO_LARGE,
          "the pool has %d nodes (expected: at most %d, as configured)"
              .formatted(joined.size(), mostNodes));
    }
    return new HashSet<>(joined);
  }
}
