package io.myelin.protocol.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Pools under random histories: offers, cancels, openings, money that comes and goes, time. */
final class MempoolMachineProperties {
  private static final long VALID = 10_000;
  private static final PoolLimits TIGHT = new PoolLimits(8, 2_000, 3, 6, 24, VALID, 10);
  private static final PoolLimits MANY_PLACES = new PoolLimits(8, 2_000, 3, 99, 999, VALID, 10);
  private static final PoolLimits WIDE = new PoolLimits(1_000, 1 << 20, 100, 200, 2_000, VALID, 10);
  private static final Digest SUBNET = Keccak256.hash(new byte[] {1});

  private final Map<Address, BigInteger> funds = new HashMap<>();

  private static Address sender(int number) {
    byte[] bytes = new byte[Address.LENGTH];
    bytes[19] = (byte) (number + 1);
    return Address.of(bytes);
  }

  private static PoolEntry entry(Random random, long now, int senders) {
    return new PoolEntry(
        SessionId.of(
            Keccak256.hash(ByteBuffer.allocate(8).putLong(0, random.nextLong()).array()).bytes()),
        sender(random.nextInt(senders)),
        random.nextInt(8),
        SUBNET,
        BigInteger.valueOf(1 + random.nextInt(200)),
        100 + random.nextInt(400),
        now + random.nextLong(-100, VALID + 100));
  }

  private BigInteger fundsOf(Address sender) {
    return funds.getOrDefault(sender, BigInteger.ZERO);
  }

  private static void requireBounds(PoolState state, Map<Address, BigInteger> funds, long now) {
    PoolLimits limits = state.limits();
    assertThat(state.entries()).hasSizeLessThanOrEqualTo(limits.maxEntries());
    assertThat(state.marks()).hasSizeLessThanOrEqualTo(limits.maxPlaces());
    long bytes = state.entries().values().stream().mapToLong(PoolEntry::bytes).sum();
    assertThat(state.bytes()).isEqualTo(bytes).isLessThanOrEqualTo(limits.maxBytes());
    Map<Address, Integer> count = new HashMap<>();
    Map<Address, BigInteger> wanted = new HashMap<>();
    for (PoolEntry entry : state.entries().values()) {
      assertThat(entry.validUntilMillis()).isBetween(now + 1, now + limits.maxValidMillis());
      assertThat(state.at(entry.place())).contains(entry);
      count.merge(entry.sender(), 1, Integer::sum);
      wanted.merge(entry.sender(), entry.budgetWei(), BigInteger::add);
    }
    count.values().forEach(n -> assertThat(n).isLessThanOrEqualTo(limits.maxPerSender()));
    wanted.forEach(
        (who, wei) ->
            assertThat(wei).isLessThanOrEqualTo(funds.getOrDefault(who, BigInteger.ZERO)));
    Map<Address, Integer> places = new HashMap<>();
    state.marks().keySet().forEach(place -> places.merge(place.sender(), 1, Integer::sum));
    assertThat(state.placesBySender()).isEqualTo(places);
    places.values().forEach(n -> assertThat(n).isLessThanOrEqualTo(limits.maxPlacesPerSender()));
  }

  @Property(tries = 300)
  void shouldKeepEveryBoundAndListNothingThatIsOverOrWasReplaced(@ForAll long seed) {
    Random random = new Random(seed);
    PoolState state = PoolState.of(TIGHT);
    List<PoolEntry> made = new ArrayList<>();
    Set<SessionId> over = new HashSet<>();
    long now = 1_000_000;
    for (int i = 0; i < 120; i++) {
      now += random.nextInt(300);
      PoolEntry next =
          made.isEmpty() || random.nextInt(3) > 0
              ? entry(random, now, 4)
              : made.get(random.nextInt(made.size()));
      made.add(next);
      PoolEvent event =
          switch (random.nextInt(10)) {
            case 0 -> {
              long until = next.validUntilMillis();
              yield new PoolEvent.Cancelled(next.place(), until, fundsOf(next.sender()));
            }
            case 1 -> new PoolEvent.Opened(next);
            case 2, 3 -> {
              BigInteger wei = BigInteger.valueOf(random.nextInt(500));
              funds.put(next.sender(), wei);
              yield new PoolEvent.FundsSeen(next.sender(), wei);
            }
            case 4 -> new PoolEvent.TimePassed();
            case 5 -> new PoolEvent.Merged(made, funds);
            default -> new PoolEvent.Offered(next, fundsOf(next.sender()));
          };
      PoolStep step = MempoolMachine.apply(state, event, now);
      requireEffectsTellTheDifference(state, step);
      state = step.state();
      requireBounds(state, funds, now);
      assertThat(state.entries().keySet()).noneMatch(over::contains);
      for (PoolEffect effect : step.effects()) {
        if (effect instanceof PoolEffect.Removed removed
            && switch (removed.cause()) {
              case EXPIRED, REPLACED, CANCELLED, OPENED -> true;
              case NO_FUNDS, TOO_MANY, FULL -> false;
            }) {
          over.add(removed.entry().id());
        }
      }
      if (event instanceof PoolEvent.Opened opened
          && opened.entry().validUntilMillis() > now
          && state.gone(opened.entry())) {
        over.add(opened.entry().id());
      }
    }
  }

  private static void requireEffectsTellTheDifference(PoolState before, PoolStep step) {
    Set<SessionId> told = new HashSet<>(before.entries().keySet());
    for (PoolEffect effect : step.effects()) {
      switch (effect) {
        case PoolEffect.Added added -> assertThat(told.add(added.entry().id())).isTrue();
        case PoolEffect.Removed gone -> assertThat(told.remove(gone.entry().id())).isTrue();
        case PoolEffect.Refused _ -> {}
      }
    }
    assertThat(step.state().entries().keySet()).containsExactlyInAnyOrderElementsOf(told);
  }

  @Property(tries = 300)
  void shouldBeTheSameInTwoPoolsThatHeardTheSameInAnyOrder(@ForAll long seed) {
    Random random = new Random(seed);
    long now = 1_000_000;
    for (int i = 0; i < 4; i++) {
      funds.put(sender(i), BigInteger.valueOf(2_000));
    }
    List<PoolEvent> heard = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      PoolEntry one = entry(random, now - 100, 4);
      heard.add(
          switch (random.nextInt(8)) {
            case 0 ->
                new PoolEvent.Cancelled(one.place(), one.validUntilMillis(), fundsOf(one.sender()));
            case 1 -> new PoolEvent.Opened(one);
            default -> new PoolEvent.Merged(List.of(one), funds);
          });
    }
    PoolState one = all(PoolState.of(WIDE), heard, now);
    Collections.shuffle(heard, random);
    PoolState other = all(PoolState.of(WIDE), heard, now);
    assertThat(other.entries()).isEqualTo(one.entries());
    assertThat(other.marks()).isEqualTo(one.marks());
    // Later as well, whatever has ended meanwhile.
    for (long later = now; later < now + VALID; later += 1_700) {
      one = MempoolMachine.apply(one, new PoolEvent.TimePassed(), later).state();
      other = all(other, heard, later);
      assertThat(other.entries()).isEqualTo(one.entries());
    }
  }

  @Property(tries = 300)
  void shouldAgreeOnceTwoPoolsHaveShownEachOtherWhatTheyHave(@ForAll long seed) {
    Random random = new Random(seed);
    long now = 1_000_000;
    for (int i = 0; i < 4; i++) {
      funds.put(sender(i), BigInteger.valueOf(random.nextInt(600)));
    }
    PoolState one = PoolState.of(MANY_PLACES);
    PoolState other = PoolState.of(MANY_PLACES);
    for (int i = 0; i < 30; i++) {
      PoolEntry entry = entry(random, now, 4);
      // A place is a request's own here: which of several counts is the property above.
      PoolEntry alone =
          new PoolEntry(
              entry.id(),
              entry.sender(),
              i,
              entry.subnetId(),
              entry.budgetWei(),
              entry.bytes(),
              entry.validUntilMillis());
      PoolEvent offered = new PoolEvent.Offered(alone, fundsOf(alone.sender()));
      if (random.nextBoolean()) {
        one = MempoolMachine.apply(one, offered, now).state();
      } else {
        other = MempoolMachine.apply(other, offered, now).state();
      }
    }
    PoolEvent shown = new PoolEvent.Merged(List.copyOf(one.entries().values()), funds);
    PoolEvent back = new PoolEvent.Merged(List.copyOf(other.entries().values()), funds);
    PoolState oneNow = MempoolMachine.apply(one, back, now).state();
    PoolState otherNow = MempoolMachine.apply(other, shown, now).state();
    assertThat(oneNow.entries()).isEqualTo(otherNow.entries());
  }

  private static PoolState all(PoolState from, List<PoolEvent> events, long now) {
    PoolState state = from;
    for (PoolEvent event : events) {
      state = MempoolMachine.apply(state, event, now).state();
    }
    return state;
  }
}
