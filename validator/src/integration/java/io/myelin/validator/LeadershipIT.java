package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.validator.Leadership.Looked;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
      all.add(new Leadership(world.chain(), world.network(), validator.operator()));
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

  /**
   * Who sealed a share and keeps it to itself is passed over in the set that it could have bent.
   */
  @Test
  void shouldMakeTheNextSetOfWhatItsValidatorsShow() throws Exception {
    fund();
    nextSet();
    List<Leadership> fresh = new ArrayList<>();
    for (ChainWorld.Person validator : world.validators()) {
      // Another process with the same key: nothing is kept between sealing and showing.
      try (Leadership one = leadership(validator)) {
        assertThat(one.contribute()).isEqualTo(Looked.SENT);
      }
      fresh.add(leadership(validator));
    }
    awaitOwed(world.set() + 1);
    assertThat(fresh).allMatch(one -> one.contribute() == Looked.NOT_DUE);

    nextSet();
    long set = world.set();
    for (Leadership one : fresh.subList(1, fresh.size())) {
      assertThat(one.contribute()).isEqualTo(Looked.SENT);
    }
    awaitOwed(set + 1, 1);
    nextSet();
    ValidatorRegistry registry = world.network().validators();
    Address withheld = world.validators().getFirst().owner().address();
    assertThat(registry.owesOf(withheld).on(world.chain())).isEqualTo(set);
    List<Address> sitting =
        registry.committeeFor(Digest.ZERO, set + 1, Address.ZERO).on(world.chain());
    assertThat(sitting).doesNotContain(withheld).contains(Address.ZERO);
    assertThat(fresh.getFirst().contribute()).isEqualTo(Looked.NOT_DUE);
    for (Leadership one : fresh.subList(1, fresh.size())) {
      assertThat(one.contribute()).isEqualTo(Looked.SENT);
    }
    awaitOwed(set + 2, 1);
    nextSet();
    assertThat(fresh.getFirst().contribute()).isEqualTo(Looked.SENT);
    fresh.forEach(Leadership::close);
  }

  /** A round waits for its committee for up to a minute. */
  @Test
  void shouldLookAfterOtherDutiesWhileOneWaits() throws Exception {
    CountDownLatch waits = new CountDownLatch(1);
    CountDownLatch others = new CountDownLatch(3);
    CountDownLatch never = new CountDownLatch(1);
    Watch slow =
        _ -> {
          waits.countDown();
          never.await();
          return List.of();
        };
    Watch quick =
        _ -> {
          waits.await();
          others.countDown();
          return List.of();
        };
    try (Leadership one = leadership(world.validators().getFirst())) {
      var _ =
          Leadership.start(
              one, new Duties(List.of(List.of(slow), List.of(quick))), Duration.ofMillis(10));

      assertThat(others.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  private static Leadership leadership(ChainWorld.Person validator) {
    return new Leadership(world.chain(), world.network(), validator.operator());
  }

  private static void nextSet() {
    world.advance(EPOCH.plusSeconds(1));
    world.makeSet();
  }

  private static void awaitOwed(long set) {
    awaitOwed(set, 0);
  }

  private static void awaitOwed(long set, int first) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    List<ChainWorld.Person> all = world.validators().subList(first, world.validators().size());
    while (System.nanoTime() - deadline < 0 && !all.stream().allMatch(one -> owes(one) == set)) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    assertThat(all).allMatch(one -> owes(one) == set);
  }

  private static long owes(ChainWorld.Person validator) {
    Address owner = validator.owner().address();
    return world.network().validators().owesOf(owner).on(world.chain());
  }

  private static void awaitSet(long set) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (world.set() != set && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    assertThat(world.set()).isEqualTo(set);
  }
}
