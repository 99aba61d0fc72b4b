package io.myelin.protocol.selection;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.NodeSelection.Owners;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

final class NodeSelectionProperties {
  private static Address address(int number) {
    byte[] bytes = Sha256.hash(new byte[] {(byte) (number >> 8), (byte) number}).bytes();
    return Address.of(Arrays.copyOf(bytes, Address.LENGTH));
  }

  @Provide
  Arbitrary<List<Candidate>> pools() {
    // Owners are few, so that several nodes share one.
    Arbitrary<Long> weights =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0, 10), Arbitraries.longs().between(0, 1L << 57));
    return weights
        .list()
        .ofMaxSize(30)
        .map(
            all -> {
              List<Candidate> pool = new ArrayList<>();
              for (int i = 0; i < all.size(); i++) {
                pool.add(new Candidate(address(i), address(1000 + i % 7), all.get(i)));
              }
              return pool;
            });
  }

  @Provide
  Arbitrary<SelectionSeed> seeds() {
    return Arbitraries.bytes()
        .array(byte[].class)
        .ofSize(32)
        .map(bytes -> new SelectionSeed(Digest.of(bytes)));
  }

  @Property
  void doesNotDependOnTheOrderGiven(
      @ForAll("pools") List<Candidate> pool,
      @ForAll("seeds") SelectionSeed seed,
      @ForAll @IntRange(min = 1, max = 10) int count,
      @ForAll Owners owners,
      @ForAll long shuffle) {
    List<Candidate> shuffled = new ArrayList<>(pool);
    Collections.shuffle(shuffled, new Random(shuffle));

    assertThat(NodeSelection.draw(seed, "test", shuffled, count, owners))
        .isEqualTo(NodeSelection.draw(seed, "test", pool, count, owners));
  }

  @Property
  void drawsWhatItMayAndAsMuchAsItCan(
      @ForAll("pools") List<Candidate> pool,
      @ForAll("seeds") SelectionSeed seed,
      @ForAll @IntRange(min = 1, max = 10) int count,
      @ForAll Owners owners) {
    List<Candidate> drawn = NodeSelection.draw(seed, "test", pool, count, owners);
    List<Candidate> eligible = pool.stream().filter(candidate -> candidate.weight() > 0).toList();
    long distinct =
        owners == Owners.DISTINCT
            ? eligible.stream().map(Candidate::owner).distinct().count()
            : eligible.size();

    assertThat(new HashSet<>(drawn)).hasSameSizeAs(drawn);
    assertThat(eligible).containsAll(drawn);
    assertThat(drawn).hasSize((int) Math.min(count, distinct));
    if (owners == Owners.DISTINCT) {
      assertThat(drawn).extracting(Candidate::owner).doesNotHaveDuplicates();
    }
  }

  @Property
  void aSmallerDrawIsTheBeginningOfALargerOne(
      @ForAll("pools") List<Candidate> pool,
      @ForAll("seeds") SelectionSeed seed,
      @ForAll @IntRange(min = 1, max = 10) int count,
      @ForAll Owners owners) {
    List<Candidate> more = NodeSelection.draw(seed, "test", pool, count + 1, owners);

    assertThat(NodeSelection.draw(seed, "test", pool, count, owners))
        .isEqualTo(more.subList(0, Math.min(count, more.size())));
  }
}
