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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pool machine with the nodes of this gateway. A node that was let in passes its test at once:
 * nobody tests nodes yet, so being admitted is all that stands for it. Not safe for several
 * threads.
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

  /** Whether any node here serves it, with a free slot or not. */
  boolean serves(String model) {
    return model.equals("*")
        ? !views.isEmpty()
        : views.values().stream().anyMatch(view -> view.serves(model));
  }

  /**
   * Draws from the nodes with a free slot; every node weighs the same while none has a record.
   *
   * @param needed what the session cannot do without
   * @param wanted what it would like to have, spares included
   */
  List<Address> draw(
      SelectionSeed seed,
      String purpose,
      String model,
      int needed,
      int wanted,
      Set<Address> excluded) {
    List<PoolNode> free =
        state.ephemeral().stream()
            .filter(node -> !excluded.contains(node.node()))
            .filter(
                node ->
                    Optional.ofNullable(views.get(node.node()))
                        .filter(view -> model.equals("*") || view.serves(model))
                        .isPresent())
            .toList();
    int count = Spares.nodes(needed, wanted, free.stream().mapToInt(PoolNode::freeSlots).sum());
    List<Candidate> candidates =
        free.stream()
            // The owner is not known without a registry: each node counts as its own.
            .map(node -> new Candidate(node.node(), node.node(), 1))
            .toList();
    if (candidates.isEmpty() || count == 0) {
      return List.of();
    }
    return NodeSelection.draw(seed, purpose, candidates, count, NodeSelection.Owners.DISTINCT)
        .stream()
        .map(Candidate::node)
        .toList();
  }

  /** As the pool names it; connected nodes it does not know yet are unqualified. */
  String label(Address node) {
    return state.node(node).map(n -> n.label()).orElse("unqualified");
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
