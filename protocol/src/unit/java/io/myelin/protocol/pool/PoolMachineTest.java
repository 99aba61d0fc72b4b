package io.myelin.protocol.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.pool.PoolTransition.Moved;
import io.myelin.protocol.pool.PoolTransition.RejectReason;
import io.myelin.protocol.pool.PoolTransition.Rejected;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PoolMachineTest {
  private static final Address NODE = Address.ZERO;
  private static final SessionId ONE = SessionId.of(new byte[32]);
  private static final SessionId TWO = SessionId.parse("f".repeat(64));

  private PoolState state = PoolState.EMPTY;
  private List<PoolEffect> last = List.of();

  @Test
  void testedReservedReleasedAndTestedAgain() {
    moves(new PoolEvent.Joined(NODE, 2));
    assertThat(label()).isEqualTo("unqualified");
    assertThat(last).containsExactly(new PoolEffect.Test(NODE));
    rejects(RejectReason.NO_FREE_SLOT, new PoolEvent.Reserved(NODE, ONE, 1));
    moves(new PoolEvent.Qualified(NODE));
    assertThat(label()).isEqualTo("ephemeral");
    moves(new PoolEvent.Reserved(NODE, ONE, 1));
    assertThat(label()).as("a node with a free slot stays ephemeral").isEqualTo("ephemeral");
    rejects(RejectReason.ALREADY_RESERVED, new PoolEvent.Reserved(NODE, ONE, 1));
    rejects(RejectReason.NO_FREE_SLOT, new PoolEvent.Reserved(NODE, TWO, 2));
    moves(new PoolEvent.Reserved(NODE, TWO, 1));
    assertThat(label()).isEqualTo("reserved");
    moves(new PoolEvent.Released(NODE, ONE));
    assertThat(label()).as("not free before it is tested").isEqualTo("reserved");
    assertThat(last).containsExactly(new PoolEffect.Test(NODE));
    moves(new PoolEvent.Released(NODE, TWO));
    assertThat(label()).isEqualTo("released");
    rejects(RejectReason.NOT_RESERVED, new PoolEvent.Released(NODE, TWO));
    moves(new PoolEvent.Qualified(NODE));
    assertThat(label()).isEqualTo("ephemeral");
    assertThat(state.ephemeral()).hasSize(1);
  }

  @Test
  void whoeverIsKeptOutLosesItsSessions() {
    moves(new PoolEvent.Joined(NODE, 1));
    moves(new PoolEvent.Qualified(NODE));
    moves(new PoolEvent.Reserved(NODE, ONE, 1));
    moves(new PoolEvent.Suspended(NODE, "cheated"));
    assertThat(last).containsExactly(new PoolEffect.TellSession(ONE, NODE, "cheated"));
    rejects(RejectReason.WRONG_STANDING, new PoolEvent.Qualified(NODE));
    rejects(RejectReason.WRONG_STANDING, new PoolEvent.Left(NODE, "washing"));
    moves(new PoolEvent.Released(NODE, ONE));
    moves(new PoolEvent.Reinstated(NODE));
    assertThat(label()).isEqualTo("unqualified");
  }

  @Test
  void whoeverLeavesIsListedOnlyWhileItOwesSlots() {
    moves(new PoolEvent.Joined(NODE, 1));
    moves(new PoolEvent.Qualified(NODE));
    moves(new PoolEvent.Reserved(NODE, ONE, 1));
    moves(new PoolEvent.Left(NODE, "bye"));
    assertThat(label()).isEqualTo("leaving");
    moves(new PoolEvent.Released(NODE, ONE));
    assertThat(state.nodes()).isEmpty();
    rejects(RejectReason.UNKNOWN_NODE, new PoolEvent.Left(NODE, "bye"));
  }

  @Test
  void slotsInUseCannotBeTakenBack() {
    moves(new PoolEvent.Joined(NODE, 3));
    moves(new PoolEvent.Qualified(NODE));
    moves(new PoolEvent.Reserved(NODE, ONE, 2));
    rejects(RejectReason.SLOTS_IN_USE, new PoolEvent.SlotsChanged(NODE, 1));
    moves(new PoolEvent.SlotsChanged(NODE, 2));
    assertThat(label()).isEqualTo("reserved");
    rejects(RejectReason.BAD_SLOTS, new PoolEvent.SlotsChanged(NODE, 0));
  }

  private String label() {
    return state.node(NODE).orElseThrow().label();
  }

  private void moves(PoolEvent event) {
    if (!(PoolMachine.apply(state, event) instanceof Moved moved)) {
      throw new AssertionError(event + " was rejected in " + state);
    }
    state = moved.state();
    last = moved.effects();
  }

  private void rejects(RejectReason reason, PoolEvent event) {
    assertThat(PoolMachine.apply(state, event))
        .isInstanceOfSatisfying(Rejected.class, r -> assertThat(r.reason()).isEqualTo(reason));
  }
}
