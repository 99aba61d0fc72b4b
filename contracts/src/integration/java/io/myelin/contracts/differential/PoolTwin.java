package io.myelin.contracts.differential;

import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.pool.PoolEvent;
import io.myelin.protocol.pool.PoolMachine;
import io.myelin.protocol.pool.PoolNode;
import io.myelin.protocol.pool.PoolState;
import io.myelin.protocol.pool.PoolTransition;
import io.myelin.protocol.pool.PoolTransition.RejectReason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Java's pool machine, in the words of NodePool. */
final class PoolTwin {
  private final Map<Address, Long> rounds = new HashMap<>();
  private PoolState state = PoolState.EMPTY;

  /** With these nodes, each tested. */
  PoolTwin(List<Address> nodes, int slots) {
    for (Address node : nodes) {
      must(new PoolEvent.Joined(node, slots));
      must(new PoolEvent.Qualified(node));
      rounds.put(node, 1L);
    }
  }

  /** The round a committee's next verdict is about; each verdict that counts ends one. */
  long round(Address node) {
    return rounds.getOrDefault(node, 0L);
  }

  /** Applies an event; the contract's error when it is rejected. */
  Optional<String> apply(PoolEvent event) {
    return switch (PoolMachine.apply(state, event)) {
      case PoolTransition.Rejected(RejectReason reason, String _) -> Optional.of(error(reason));
      case PoolTransition.Moved moved -> {
        state = moved.state();
        yield Optional.empty();
      }
    };
  }

  private void must(PoolEvent event) {
    Optional<String> rejection = apply(event);
    if (rejection.isPresent()) {
      throw new AssertionError("Java's pool refuses " + event + ": " + rejection);
    }
  }

  /** A verdict; a word without a quorum never becomes an event in Java. */
  Optional<String> judge(PoolEvent event, int signers) {
    PoolState before = state;
    Optional<String> rejection = apply(event);
    if (rejection.isEmpty() && signers < 3) {
      state = before;
      return Optional.of("NoQuorum");
    }
    if (rejection.isEmpty()) {
      rounds.merge(event.node(), 1L, Long::sum);
    }
    return rejection;
  }

  /** Takes a slot of every node, or of none; the first that has none says why. */
  Optional<String> reserve(List<Address> nodes, SessionId session) {
    PoolState before = state;
    for (Address node : nodes) {
      Optional<String> rejection = apply(new PoolEvent.Reserved(node, session, 1));
      if (rejection.isPresent()) {
        state = before;
        return rejection;
      }
    }
    return Optional.empty();
  }

  /** Whether {@link #reserve} would succeed for some session that is new to all of them. */
  Optional<String> wouldReserve(List<Address> nodes) {
    PoolState before = state;
    Optional<String> rejection = reserve(nodes, SessionId.of(new byte[32]));
    state = before;
    return rejection;
  }

  void release(List<Address> nodes, SessionId session) {
    nodes.forEach(node -> must(new PoolEvent.Released(node, session)));
  }

  /** Slots, of which reserved, of which untested; and the standing by NodePool's number. */
  List<Long> view(Address node) {
    PoolNode known = state.nodes().get(node);
    return known == null
        ? List.of(0L, 0L, 0L, 0L)
        : List.of(
            (long) known.slots(),
            (long) known.reservedSlots(),
            (long) known.untested(),
            switch (known.standing()) {
              case UNQUALIFIED -> 1L;
              case QUALIFIED -> 2L;
              case SUSPENDED -> 3L;
              case LEAVING -> 4L;
            });
  }

  static List<Long> view(NodePool.Node node) {
    return List.of(node.slots(), node.reserved(), node.untested(), node.standing());
  }

  private static String error(RejectReason reason) {
    return switch (reason) {
      case UNKNOWN_NODE -> "UnknownNode";
      case ALREADY_JOINED -> "AlreadyJoined";
      case BAD_SLOTS -> "BadSlots";
      case SLOTS_IN_USE -> "SlotsInUse";
      case NO_FREE_SLOT -> "NoFreeSlot";
      case NOT_RESERVED -> "NotReserved";
      case WRONG_STANDING -> "WrongStanding";
      // A session's id is used once, so nobody reserves twice for one.
      case ALREADY_RESERVED -> throw new IllegalStateException("reserved twice");
    };
  }
}
