package io.myelin.protocol.committee;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.committee.RoundState.Outcome;
import io.myelin.protocol.committee.RoundWorld.Manner;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/**
 * Committees of any size whose members lie, repeat themselves, are late or silent, in any order.
 */
final class RoundMachineProperties {
  @Property(tries = 600)
  void shouldNeverAgreeWithoutAQuorumOfValidRevealsNorRevealBeforeTheSeals(
      @ForAll @Size(min = 1, max = 7) List<Manner> manners,
      @ForAll @IntRange(min = 1, max = 5) int wanted,
      @ForAll @IntRange(min = 1, max = 9_000) int slowMillis,
      @ForAll long seed) {
    int quorum = Math.min(wanted, manners.size());
    RoundWorld world = new RoundWorld(manners, quorum, slowMillis, seed);
    world.run();

    assertThat(world.nowMillis).isLessThanOrEqualTo(RoundWorld.ENDS_BY);
    Set<Object> signers = new HashSet<>();
    for (int seat : world.state.agreed()) {
      // Who sealed twice may have been counted before it did so for the second time.
      assertThat(manners.get(seat)).isIn(Manner.AGREES, Manner.SEALS_TWICE);
      signers.add(((SeatState.Agreed) world.state.seats().get(seat)).seal().operator());
    }
    assertThat(signers).hasSameSizeAs(world.state.agreed());
    if (world.state.outcome().orElseThrow() == Outcome.AGREED) {
      assertThat(signers).hasSizeGreaterThanOrEqualTo(quorum);
    }
    for (List<SignedSeal> shown : world.shown()) {
      assertThat(
              SignedSeal.distinct(
                  RoundWorld.DOMAIN,
                  RoundWorld.SUBJECT,
                  RoundWorld.ROUND,
                  world.state.terms().operators(),
                  shown))
          .isGreaterThanOrEqualTo(quorum);
    }
    for (int seat : world.state.silent()) {
      assertThat(world.state.seats().get(seat).open()).isTrue();
    }
  }

  @Property(tries = 250)
  void shouldAgreeWhateverTwoOfFiveDo(
      @ForAll Manner first,
      @ForAll Manner second,
      @ForAll @IntRange(min = 1, max = 4_000) int slowMillis,
      @ForAll @IntRange(min = 0, max = 4) int at,
      @ForAll long seed) {
    Manner[] manners = {Manner.AGREES, Manner.AGREES, Manner.AGREES, Manner.AGREES, Manner.AGREES};
    manners[at] = first;
    manners[(at + 2) % 5] = second;
    RoundWorld world = new RoundWorld(List.of(manners), 3, slowMillis, seed);
    world.run();
    assertThat(world.state.outcome()).contains(Outcome.AGREED);
  }

  @Property(tries = 150)
  void shouldEndWithoutAgreementWhateverThreeOfFiveDo(
      @ForAll @Size(3) List<Manner> three,
      @ForAll @IntRange(min = 1, max = 4_000) int slowMillis,
      @ForAll long seed) {
    if (three.contains(Manner.AGREES) || three.contains(Manner.SEALS_TWICE)) {
      return;
    }
    List<Manner> manners =
        Stream.concat(three.stream(), Stream.of(Manner.AGREES, Manner.AGREES)).toList();
    RoundWorld world = new RoundWorld(manners, 3, slowMillis, seed);
    world.run();
    assertThat(world.state.outcome()).isPresent().isNotEqualTo(Optional.of(Outcome.AGREED));
    assertThat(world.nowMillis).isLessThanOrEqualTo(RoundWorld.ENDS_BY);
  }

  @Property(tries = 60)
  void shouldWaitForNobodyWhenAllAnswer(
      @ForAll @IntRange(min = 1, max = 50) int slowMillis, @ForAll long seed) {
    RoundWorld world =
        new RoundWorld(
            List.of(Manner.AGREES, Manner.AGREES, Manner.REFUSES, Manner.AGREES, Manner.AGREES),
            3,
            slowMillis,
            seed);
    world.run();
    assertThat(world.state.outcome()).contains(Outcome.AGREED);
    assertThat(world.state.agreed()).containsExactly(0, 1, 3, 4);
    // Two answers one after the other, and no wait of a moment.
    assertThat(world.nowMillis).isLessThanOrEqualTo(2L * slowMillis);
  }
}
