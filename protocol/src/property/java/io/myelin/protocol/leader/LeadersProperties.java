package io.myelin.protocol.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.Candidate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Who steps in when, with validators that are silent and clocks that differ. */
final class LeadersProperties {
  private static final long HEARTBEAT = 60_000;
  private static final long WINDOW = 3_600_000;
  private static final long SKEW = 30_000;
  private static final long LOOK = 1_000;
  private static final Digest BEACON = Keccak256.hash("beacon".getBytes(StandardCharsets.UTF_8));

  private static Address owner(int number) {
    byte[] bytes = new byte[20];
    bytes[19] = (byte) number;
    return Address.of(bytes);
  }

  private static Leaders leaders(int validators) {
    return Leaders.of(
        BEACON,
        IntStream.rangeClosed(1, validators)
            .mapToObj(i -> new Candidate(owner(i), owner(i), 1_000))
            .toList(),
        WINDOW,
        HEARTBEAT);
  }

  @Property(tries = 200)
  void shouldReplaceEachSilentLeaderWithinTwoHeartbeatsWhateverTheClocksSay(
      @ForAll @IntRange(min = 1, max = 9) int validators,
      @ForAll @IntRange(min = 0, max = 8) int silentOnes,
      @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long dueAt,
      @ForAll long seed) {
    Leaders leaders = leaders(validators);
    Duty duty = new Duty("make-set/7", dueAt);
    List<Address> order = leaders.order(duty);
    int silent = Math.min(silentOnes, validators - 1);
    Random random = new Random(seed);
    Map<Address, Long> skew = new HashMap<>();
    order.forEach(owner -> skew.put(owner, random.nextLong(-SKEW, SKEW + 1)));

    long now = dueAt;
    List<Address> acted = new ArrayList<>();
    while (acted.isEmpty()) {
      // Everybody looks in the same moment: nobody sees that another acts.
      for (Address owner : order.subList(silent, order.size())) {
        if (leaders.mayAct(duty, owner, now + Objects.requireNonNull(skew.get(owner)))) {
          acted.add(owner);
        }
      }
      now += LOOK;
    }
    long undone = now - LOOK - dueAt;
    assertThat(undone).isLessThanOrEqualTo(silent * HEARTBEAT + SKEW + LOOK);
    if (silent > 0) {
      assertThat(undone).isLessThanOrEqualTo((silent - 1) * HEARTBEAT + 2 * HEARTBEAT);
    }
    // With clocks at most 30 s off, at most two neighbours act at once: their turns are 60 s apart.
    assertThat(acted).hasSizeLessThanOrEqualTo(2);
  }

  @Property(tries = 200)
  void shouldHoldEverybodyOnceInAnOrderThatOnlyBeaconWindowAndSetDecide(
      @ForAll @IntRange(min = 1, max = 20) int validators,
      @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long dueAt) {
    Leaders leaders = leaders(validators);
    Duty duty = new Duty("make-set/7", dueAt);
    List<Address> order = leaders.order(duty);
    assertThat(order).doesNotHaveDuplicates().hasSize(validators);
    Duty sameWindow = new Duty("enforce/1", dueAt - dueAt % WINDOW);
    assertThat(leaders(validators).order(sameWindow)).isEqualTo(order);
    for (int rank = 0; rank < validators; rank++) {
      long turn = dueAt + rank * HEARTBEAT;
      assertThat(leaders.turnMillis(duty, order.get(rank))).hasValue(turn);
      assertThat(leaders.mayAct(duty, order.get(rank), turn - 1)).isFalse();
      assertThat(leaders.mayAct(duty, order.get(rank), turn)).isTrue();
    }
    assertThat(leaders.mayAct(duty, owner(100), Long.MAX_VALUE)).isFalse();
  }

  @Example
  void shouldGoRoundOverTheWindows() {
    Leaders leaders = leaders(5);
    Map<Address, Integer> led = new HashMap<>();
    for (int window = 0; window < 1_000; window++) {
      led.merge(leaders.order(new Duty("d", window * WINDOW)).getFirst(), 1, Integer::sum);
    }
    assertThat(led).hasSize(5).allSatisfy((_, times) -> assertThat(times).isBetween(140, 260));
  }

  @Example
  void shouldRefuseWhatIsNoOrder() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Leaders.of(BEACON, List.of(), WINDOW, HEARTBEAT))
        .withMessageContaining("validators: none");
    assertThatIllegalArgumentException().isThrownBy(() -> new Duty(" ", 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new Duty("d", -1));
  }
}
