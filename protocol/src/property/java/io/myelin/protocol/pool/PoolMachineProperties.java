package io.myelin.protocol.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.journal.JournalCodec;
import io.myelin.protocol.journal.JournalFormatException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever happens to the nodes of a pool, in whatever order. */
final class PoolMachineProperties {

  @Property(tries = 5_000)
  void slotsAreNeverTakenTwice(@ForAll("events") List<PoolEvent> events)
      throws JournalFormatException {
    PoolState state = PoolState.EMPTY;
    Map<String, Integer> held = new HashMap<>();
    List<PoolEvent> journal = new ArrayList<>();
    for (PoolEvent event : events) {
      PoolNode before = state.nodes().get(event.node());
      PoolTransition transition = PoolMachine.apply(state, event);
      journal.add(JournalCodec.POOL_EVENT.decode(JournalCodec.POOL_EVENT.encode(event)));
      switch (transition) {
        case PoolTransition.Rejected r -> assertThat(r.message()).isNotBlank();
        case PoolTransition.Moved(PoolState next, List<PoolEffect> effects) -> {
          state = next;
          books(held, event, before);
          if (event instanceof PoolEvent.Left && before != null) {
            assertThat(effects).hasSize(before.reserved().size());
          }
        }
      }
      consistent(state, held);
    }
    assertThat(PoolMachine.replay(journal)).isEqualTo(state);

    // In the end every session gives back what it holds.
    for (PoolNode node : state.nodes().values()) {
      for (SessionId session : node.reserved().keySet()) {
        assertThat(PoolMachine.apply(state, new PoolEvent.Released(node.node(), session)))
            .isInstanceOf(PoolTransition.Moved.class);
      }
    }
  }

  private static void books(
      Map<String, Integer> held,
      PoolEvent event,
      @org.jspecify.annotations.Nullable PoolNode before) {
    if (event instanceof PoolEvent.Reserved e) {
      assertThat(before).isNotNull();
      assertThat(before == null ? 0 : before.freeSlots())
          .as("only free slots are taken")
          .isGreaterThanOrEqualTo(e.slots());
      assertThat(held.put(e.node() + "/" + e.session(), e.slots())).isNull();
    } else if (event instanceof PoolEvent.Released e) {
      assertThat(held.remove(e.node() + "/" + e.session())).isNotNull();
    }
  }

  private static void consistent(PoolState state, Map<String, Integer> held) {
    Map<String, Integer> inState = new HashMap<>();
    for (PoolNode node : state.nodes().values()) {
      node.reserved().forEach((session, n) -> inState.put(node.node() + "/" + session, n));
      assertThat(node.reservedSlots() + node.untested() + node.freeSlots())
          .isLessThanOrEqualTo(node.slots());
      assertThat(node.label().equals("ephemeral"))
          .as("a node with a free slot is ephemeral, and no other")
          .isEqualTo(node.freeSlots() > 0);
    }
    assertThat(inState).as("nothing lost, nothing twice").isEqualTo(held);
  }

  @Provide
  Arbitrary<List<PoolEvent>> events() {
    Arbitrary<Address> node = Arbitraries.integers().between(1, 2).map(PoolMachineProperties::node);
    Arbitrary<SessionId> session =
        Arbitraries.integers().between(1, 3).map(PoolMachineProperties::session);
    Arbitrary<Integer> slots = Arbitraries.integers().between(0, 4);
    Arbitrary<PoolEvent> joined = Combinators.combine(node, slots).as(PoolEvent.Joined::new);
    Arbitrary<PoolEvent> changed = Combinators.combine(node, slots).as(PoolEvent.SlotsChanged::new);
    Arbitrary<PoolEvent> reserved =
        Combinators.combine(node, session, slots).as(PoolEvent.Reserved::new);
    Arbitrary<PoolEvent> released = Combinators.combine(node, session).as(PoolEvent.Released::new);
    return Arbitraries.oneOf(
            List.of(
                joined,
                node.map(PoolEvent.Qualified::new),
                reserved,
                reserved,
                released,
                node.map(PoolEvent.Qualified::new),
                changed,
                node.map(n -> new PoolEvent.Disqualified(n, "test")),
                node.map(n -> new PoolEvent.Suspended(n, "fault")),
                node.map(PoolEvent.Reinstated::new),
                node.map(n -> new PoolEvent.Left(n, "bye"))))
        .list()
        .ofMaxSize(50);
  }

  private static Address node(int n) {
    byte[] bytes = new byte[20];
    bytes[19] = (byte) n;
    return Address.of(bytes);
  }

  private static SessionId session(int n) {
    byte[] bytes = new byte[32];
    bytes[31] = (byte) n;
    return SessionId.of(bytes);
  }
}
