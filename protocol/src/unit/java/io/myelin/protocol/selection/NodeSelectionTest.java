package io.myelin.protocol.selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.NodeSelection.Owners;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NodeSelectionTest {
  private static SelectionSeed seed(int number) {
    return new SelectionSeed(Sha256.hash(new byte[] {(byte) (number >> 8), (byte) number}));
  }

  private static Address address(int number) {
    byte[] bytes = new byte[Address.LENGTH];
    bytes[Address.LENGTH - 1] = (byte) number;
    return Address.of(bytes);
  }

  private static List<Candidate> candidates(long... weights) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      candidates.add(new Candidate(address(i), address(i), weights[i]));
    }
    return candidates;
  }

  private static List<Candidate> draw(SelectionSeed seed, List<Candidate> from, int count) {
    return NodeSelection.draw(seed, "test", from, count, Owners.DISTINCT);
  }

  @Test
  void aSeedNeedsBothSides() {
    Digest nonce = Sha256.hash(new byte[] {1});
    Digest secret = Sha256.hash(new byte[] {2});
    Digest commitment = SelectionSeed.commitmentTo(secret);

    assertThat(SelectionSeed.open(commitment, nonce, secret))
        .isEqualTo(SelectionSeed.open(commitment, nonce, secret))
        .isNotEqualTo(SelectionSeed.open(commitment, secret, secret));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SelectionSeed.open(commitment, nonce, nonce))
        .withMessageContaining("expected: " + commitment);
  }

  @Test
  void neverDrawsWeightZeroAndSaysWhenThereAreNotEnough() {
    List<Candidate> candidates = candidates(0, 5, 0, 7);

    assertThat(draw(seed(1), candidates, 4))
        .containsExactlyInAnyOrder(candidates.get(1), candidates.get(3));
    assertThat(draw(seed(1), candidates(0, 0), 1)).isEmpty();
    assertThat(draw(seed(1), List.of(), 1)).isEmpty();
  }

  @Test
  void drawsOneNodePerOwnerUnlessTold() {
    List<Candidate> candidates =
        List.of(
            new Candidate(address(1), address(9), 1_000_000),
            new Candidate(address(2), address(9), 1_000_000),
            new Candidate(address(3), address(8), 1));

    assertThat(draw(seed(1), candidates, 3))
        .extracting(Candidate::owner)
        .doesNotHaveDuplicates()
        .hasSize(2);
    assertThat(NodeSelection.draw(seed(1), "test", candidates, 3, Owners.ANY)).hasSize(3);
  }

  @Test
  void refusesWhatHasNoOneAnswer() {
    Candidate one = new Candidate(address(1), address(1), 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> draw(seed(1), List.of(one, one), 1))
        .withMessageContaining("twice");
    assertThatIllegalArgumentException().isThrownBy(() -> draw(seed(1), List.of(one), 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> draw(seed(1), candidates(Long.MAX_VALUE, 1), 1))
        .withMessageContaining("2^63 - 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Candidate(address(1), address(1), -1));
    assertThatIllegalArgumentException().isThrownBy(() -> new SeededDraw(seed(1), "t").below(0));
  }

  @Test
  void firstDrawsFollowTheWeights() {
    long[] weights = {1, 2, 3, 4};
    int rounds = 20_000;
    long[] counts = new long[weights.length];
    for (int i = 0; i < rounds; i++) {
      Candidate first = draw(seed(i), candidates(weights), 1).getFirst();
      counts[(int) first.weight() - 1]++;
    }

    double chiSquared = 0;
    for (int i = 0; i < weights.length; i++) {
      double expected = rounds * weights[i] / 10.0;
      chiSquared += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    // The 0.999 quantile at 3 degrees of freedom.
    assertThat(chiSquared).as(Arrays.toString(counts)).isLessThan(16.27);
  }

  @Test
  void throwsAwayWhatWouldBiasTheDraw() {
    // 2^64 is two and two thirds times this bound.
    long bound = (1L << 62) + (1L << 61);
    SeededDraw random = new SeededDraw(seed(1), "test");
    int rounds = 10_000;
    int low = 0;
    for (int i = 0; i < rounds; i++) {
      long drawn = random.below(bound);
      assertThat(drawn).isBetween(0L, bound - 1);
      low += drawn < bound / 2 ? 1 : 0;
    }

    // 2^64 = 2 * bound + bound * 2/3: one word in four is thrown away; without that, more than
    // half of the results would be low.
    assertThat(random.wordsUsed()).isBetween(13_000L, 13_700L);
    assertThat(low).isBetween(4_850, 5_150);
  }
}
