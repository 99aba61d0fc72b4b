package io.myelin.gateway.session;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.pool.PoolEffect;
import io.myelin.protocol.pool.PoolEvent;
import io.myelin.protocol.pool.PoolMachine;
import io.myelin.protocol.pool.PoolNode;
import io.myelin.protocol.pool.PoolState;
import io.myelin.protocol.pool.PoolTransition;
import io.myelin.protocol.pool.Spares;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.selection.SelectionSeed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool machine with the nodes of this gateway: which are connected, and which slots its
 * sessions use. Whether a node passed its test the chain says; nothing is drawn against its word.
 * Not safe for several threads.
 */
final class NodePool {
  private static final Logger log = LoggerFactory.getLogger(NodePool.class);

  private final Map<Address, NodeView> views = new HashMap<>();
  private PoolState state = PoolState.EMPTY;

  /** A session that cannot count on a node any more. */
  record Lost(SessionId session, Address node, String reason) {}

  void joined(Address node, NodeView view) {
    views.put(node, view);
    boolean known = state.node(node).filter(n -> !n.label().equals("leaving")).isPresent();
    if (known) {
      var _ = apply(new PoolEvent.SlotsChanged(node, view.slots()));
    } else {
      var _ = apply(new PoolEvent.Joined(node, view.slots()));
    }
  }

  List<Lost> left(Address node, String reason) {
    views.remove(node);
    return state.node(node).isEmpty() ? List.of() : apply(new PoolEvent.Left(node, reason));
  }

  boolean reserve(Address node, SessionId session) {
    return PoolMachine.apply(state, new PoolEvent.Reserved(node, session, 1))
            instanceof PoolTransition.Moved moved
        && become(moved);
  }

  boolean holds(Address node, SessionId session) {
    return state.node(node).filter(n -> n.reserved().containsKey(session)).isPresent();
  }

  void release(Address node, SessionId session) {
    if (holds(node, session)) {
      var _ = apply(new PoolEvent.Released(node, session));
    }
  }

  /** The sessions that hold a slot of it. */
  Set<String> holders(Address node) {
    return state
        .node(node)
        .map(n -> n.reserved().keySet().stream().map(SessionId::hex).collect(Collectors.toSet()))
        .orElse(Set.of());
  }

  /** Gives back what the session still holds. */
  void releaseAll(SessionId session) {
    for (PoolNode node : state.nodes().values()) {
      if (node.reserved().containsKey(session)) {
        var _ = apply(new PoolEvent.Released(node.node(), session));
      }
    }
  }

  /** Whether it is connected and has a free slot. */
  boolean hasRoom(Address node) {
    return views.containsKey(node) && state.node(node).filter(n -> n.freeSlots() > 0).isPresent();
  }

  /**
   * What was drawn.
   *
   * @param nodes in this order
   * @param candidates they were drawn from
   */
  record Draw(List<Address> nodes, List<Candidate> candidates) {
    Draw {
      nodes = List.copyOf(nodes);
      candidates = List.copyOf(candidates);
    }
  }

  /**
   * Draws from the nodes with a slot that is free here and on the chain.
   *
   * @param weights as the session's validator set has them
   * @param able whether a node serves what is asked for
   * @param needed what the session cannot do without
   * @param wanted what it would like to have, spares included
   * @param excludedOwners who have a seat already: nobody has two
   */
  Draw draw(
      ChainPool chain,
      ToLongFunction<Address> weights,
      SelectionSeed seed,
      String purpose,
      Predicate<NodeView> able,
      int needed,
      int wanted,
      Set<Address> excluded,
      Set<Address> excludedOwners) {
    List<Candidate> candidates = new ArrayList<>();
    int free = 0;
    for (PoolNode node : state.ephemeral()) {
      ChainPool.Entry entry = chain.node(node.node()).orElse(null);
      NodeView view = views.get(node.node());
      boolean allowed =
          entry != null
              && !excluded.contains(node.node())
              && !excludedOwners.contains(entry.owner());
      if (entry != null && view != null && allowed && entry.freeSlots() > 0 && able.test(view)) {
        candidates.add(new Candidate(node.node(), entry.owner(), weights.applyAsLong(node.node())));
        free += Math.min(node.freeSlots(), entry.freeSlots());
      }
    }
    int count = Spares.nodes(needed, wanted, free);
    if (candidates.isEmpty() || count == 0) {
      return new Draw(List.of(), candidates);
    }
    return new Draw(
        NodeSelection.draw(seed, purpose, candidates, count, NodeSelection.Owners.DISTINCT).stream()
            .map(Candidate::node)
            .toList(),
        candidates);
  }

  /** As the chain and the slots taken here name it. */
  String label(Address node, ChainPool chain) {
    ChainPool.Entry entry = chain.node(node).orElse(null);
    if (entry == null || entry.standing() == ChainPool.Standing.UNQUALIFIED) {
      return "unqualified";
    }
    return switch (entry.standing()) {
      case SUSPENDED -> "suspended";
      case LEAVING -> "leaving";
      case UNQUALIFIED, QUALIFIED ->
          entry.freeSlots() == 0 && entry.reserved() == 0
              ? "released"
              : state.node(node).map(PoolNode::label).orElse("unqualified");
    };
  }

  private boolean become(PoolTransition.Moved moved) {
    state = moved.state();
    return true;
  }

  private List<Lost> apply(PoolEvent event) {
    List<Lost> lost = new ArrayList<>();
    switch (PoolMachine.apply(state, event)) {
      case PoolTransition.Rejected rejected -> log.warn("node pool: {}", rejected.message());
      case PoolTransition.Moved moved -> {
        state = moved.state();
        for (PoolEffect effect : moved.effects()) {
          switch (effect) {
            case PoolEffect.Test test -> lost.addAll(apply(new PoolEvent.Qualified(test.node())));
            case PoolEffect.TellSession tell ->
                lost.add(new Lost(tell.session(), tell.node(), tell.reason()));
          }
        }
      }
    }
    return lost;
  }
}
