package io.myelin.protocol.cognitive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.Candidate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundDrawTest {
  private static final Digest BEACON = Sha256.hash(new byte[] {1});

  private static Address address(int number) {
    byte[] bytes = new byte[Address.LENGTH];
    bytes[Address.LENGTH - 1] = (byte) number;
    return Address.of(bytes);
  }

  private static List<Candidate> candidates(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(i -> new Candidate(address(i), address(100 + i), 250))
        .toList();
  }

  private static RoundDraw drawn(int count) {
    return RoundDraw.of(BEACON, 7, candidates(count)).orElseThrow();
  }

  @Test
  void drawsFewerRespondersAndSparesFromASmallPool() {
    assertThat(RoundDraw.of(BEACON, 7, candidates(2))).isEmpty();
    assertThat(drawn(3).responders()).isEqualTo(1);
    assertThat(drawn(3).nodes()).hasSize(3);
    assertThat(drawn(7).responders()).isEqualTo(5);
    assertThat(drawn(9).nodes()).hasSize(9);
    assertThat(drawn(40).responders()).isEqualTo(5);
    assertThat(drawn(40).nodes()).hasSize(11);
  }

  @Test
  void takesOneNodeOfAnOwner() {
    List<Candidate> all = new ArrayList<>(candidates(4));
    for (int i = 50; i < 60; i++) {
      all.add(new Candidate(address(i), address(101), 250));
    }

    RoundDraw draw = RoundDraw.of(BEACON, 7, all).orElseThrow();

    assertThat(draw.nodes()).hasSize(4);
    List<Candidate> oneHand = all.stream().filter(c -> c.owner().equals(address(101))).toList();
    assertThat(RoundDraw.of(BEACON, 7, oneHand)).isEmpty();
  }

  @Test
  void dependsOnBeaconAndWindowAndNothingElse() {
    List<Candidate> shuffled = new ArrayList<>(candidates(11));
    Collections.reverse(shuffled);

    assertThat(RoundDraw.of(BEACON, 7, shuffled)).contains(drawn(11));
    assertThat(RoundDraw.of(BEACON, 8, shuffled)).isNotEqualTo(Optional.of(drawn(11)));
    assertThat(RoundDraw.of(Sha256.hash(new byte[] {2}), 7, shuffled))
        .isNotEqualTo(Optional.of(drawn(11)));
  }

  @Test
  void drawsWhoWeighsMoreMoreOften() {
    List<Candidate> all = new ArrayList<>(candidates(12));
    all.set(0, new Candidate(address(1), address(101), 10));
    int heavy = 0;
    int light = 0;
    for (int number = 0; number < 300; number++) {
      var makers =
          new HashSet<>(RoundDraw.of(BEACON, number, all).orElseThrow().nodes().subList(0, 2));
      heavy += makers.contains(address(2)) ? 1 : 0;
      light += makers.contains(address(1)) ? 1 : 0;
    }
    assertThat(light).isLessThan(heavy / 3);
  }

  @Test
  void namesInTheOrderDrawnWhoWasRightAndWrong() {
    List<Address> order = List.of(address(3), address(1), address(2), address(4));

    RoundVerdict verdict =
        RoundVerdict.of(
            order,
            Map.of(
                address(1), RoundVerdict.Found.RIGHT,
                address(2), RoundVerdict.Found.WRONG,
                address(3), RoundVerdict.Found.RIGHT,
                address(4), RoundVerdict.Found.NEITHER));

    assertThat(verdict).isEqualTo(new RoundVerdict(order.subList(0, 2), List.of(address(2))));
    assertThat(verdict.digest()).isNotEqualTo(new RoundVerdict(order, List.of()).digest());
  }

  @Test
  void refusesADrawWithoutAResponder() {
    assertThatThrownBy(() -> new RoundDraw(List.of(address(1), address(2)), 0))
        .hasMessageContaining("1 responder or more");
  }
}
