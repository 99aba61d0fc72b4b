package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who asks for an appeal's decision when. */
final class AppealVerdictsTest {
  private static final List<Address> SET =
      IntStream.range(0, 12).mapToObj(AppealVerdictsTest::owner).toList();

  private static Address owner(int number) {
    return Address.of(
        Arrays.copyOf(Sha256.hash(new byte[] {(byte) number}).bytes(), Address.LENGTH));
  }

  private static List<Integer> ranks(Digest evidence, List<Address> barred) {
    return SET.stream().map(one -> AppealVerdicts.rank(one, evidence, barred, SET)).toList();
  }

  @Test
  void shouldGiveEachValidatorATurnOfItsOwn() {
    // The last of them is not in the set: it brought the verdict and has left.
    List<Address> barred = List.of(SET.get(7), SET.get(2), owner(99));
    Digest evidence = Sha256.hash(new byte[] {1});

    List<Integer> ranks = ranks(evidence, barred);

    assertThat(ranks.get(7)).isZero();
    assertThat(ranks.get(2)).isEqualTo(1);
    assertThat(ranks).doesNotHaveDuplicates().allMatch(rank -> rank >= 0 && rank < 13);
    assertThat(AppealVerdicts.rank(owner(50), evidence, barred, SET)).isEqualTo(13);
    assertThat(ranks(Sha256.hash(new byte[] {2}), barred)).isNotEqualTo(ranks);
  }
}
