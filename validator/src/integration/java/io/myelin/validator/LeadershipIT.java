package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.validator.Leadership.Looked;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who makes the epoch's set, on a real chain whose time is moved. */
final class LeadershipIT {
  private static final Duration EPOCH = Duration.ofHours(1);

  @TempDir static Path folder;
  private static ChainWorld world;
  private static List<Leadership> all;

  @BeforeAll
  static void start() throws Exception {
    world = ChainWorld.start(folder, 5, 1);
    all = new ArrayList<>();
    for (ChainWorld.Person validator : world.validators()) {
      all.add(
          new Leadership(
              world.chain(),
              world.network(),
              validator.operator(),
              List.of(new SetWatch(world.chain(), world.network()))));
    }
  }

  @AfterAll
  static void stop() {
    all.forEach(Leadership::close);
    world.close();
  }

  private static void fund() {
    for (ChainWorld.Person validator : world.validators()) {
      world.anvil().fund(validator.operator().address(), ChainWorld.ether(1));
    }
  }

  private static Looked look(Leadership one) {
    try {
      return one.look(new SetWatch(world.chain(), world.network()), 0);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this", e);
    }
  }

  /** The chain's time is ahead of this machine's. */
  private static List<Looked> look() {
    return all.stream().map(LeadershipIT::look).toList();
  }

  @Test
  void shouldLetTheNextStepInForASilentLeader() {
    fund();
    assertThat(look()).containsOnly(Looked.NOT_DUE);
    long set = world.set();
    world.advance(EPOCH.plusSeconds(1));
    // The leader is silent: nobody else has a turn yet.
    int leader = -1;
    for (int i = 0; i < all.size(); i++) {
      OperatorKey broke = world.validators().get(i).operator();
      world.anvil().fund(broke.address(), BigInteger.ZERO);
      Looked looked = look(all.get(i));
      assertThat(looked).isIn(Looked.NOT_MINE, Looked.NO_ETHER);
      if (looked == Looked.NO_ETHER) {
        assertThat(leader).isNegative();
        leader = i;
      } else {
        world.anvil().fund(broke.address(), ChainWorld.ether(1));
      }
    }
    assertThat(leader).isNotNegative();
    assertThat(look()).containsOnly(Looked.NOT_MINE, Looked.NO_ETHER);
    assertThat(world.set()).isEqualTo(set);

    world.advance(Leadership.HEARTBEAT);
    assertThat(look()).containsOnlyOnce(Looked.SENT);
    awaitSet(set + 1);
    assertThat(look()).containsOnly(Looked.NOT_DUE);
  }

  @Test
  void shouldDoNoHarmWhenAllActAtOnce() {
    fund();
    long set = world.set();
    world.advance(EPOCH.plus(Leadership.HEARTBEAT.multipliedBy(5)));
    // Everybody's turn has come; whoever looks first does it.
    List<Looked> looked = look();
    assertThat(looked).contains(Looked.SENT);
    assertThat(looked).isSubsetOf(Looked.SENT, Looked.DONE, Looked.NOT_DUE);
    awaitSet(set + 1);
  }

  private static void awaitSet(long set) {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (world.set() != set && System.nanoTime() - deadline < 0) {
      Thread.onSpinWait();
    }
    assertThat(world.set()).isEqualTo(set);
  }
}
