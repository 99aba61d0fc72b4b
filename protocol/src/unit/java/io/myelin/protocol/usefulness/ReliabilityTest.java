package io.myelin.protocol.usefulness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.crypto.Sha256;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReliabilityTest {
  private static final List<PlantedAnswer> PLANTED =
      PlantedAnswers.draw(Sha256.hash(new byte[] {1}), 6);

  @Test
  void shouldCountPairsThatAreInOrder() {
    assertThat(Reliability.of(List.of(3, 2), List.of(1, 0))).isEqualTo(new Reliability(1_000, 4));
    assertThat(Reliability.of(List.of(1, 0), List.of(3, 2))).isEqualTo(new Reliability(0, 4));
    assertThat(Reliability.of(List.of(5, 5), List.of(5, 5))).isEqualTo(new Reliability(500, 4));
    assertThat(Reliability.of(List.of(2), List.of(1, 2, 3))).isEqualTo(new Reliability(500, 3));
    assertThat(Reliability.of(List.of(2), List.of())).isEqualTo(Reliability.UNKNOWN);
  }

  @Test
  void shouldTellWhoKnowsFromWhoGuesses() {
    List<Marks> knowing =
        PLANTED.stream()
            .map(
                one ->
                    new Marks(
                        Criterion.USEFULNESS.minds(one.flaw()) ? 100 : 900,
                        Criterion.CORRECTNESS.minds(one.flaw()) ? 100 : 900))
            .toList();
    List<Marks> always = PLANTED.stream().map(_ -> new Marks(900, 900)).toList();
    for (Criterion criterion : Criterion.values()) {
      assertThat(Reliability.of(criterion, PLANTED, knowing).thousandths()).isEqualTo(1_000);
      assertThat(Reliability.of(criterion, PLANTED, knowing).counts()).isTrue();
      // Who praises everything says nothing.
      assertThat(Reliability.of(criterion, PLANTED, always).thousandths()).isEqualTo(500);
      assertThat(Reliability.of(criterion, PLANTED, always).counts()).isFalse();
    }
    assertThatThrownBy(() -> Reliability.of(Criterion.USEFULNESS, PLANTED, knowing.subList(0, 3)))
        .hasMessage("marks: 3 (expected: one for each of 24)");
  }

  /** Known again: marked with care; of the rest nothing is known, and all of it gets one mark. */
  @Test
  void shouldCountTheSourceThatOneKnowsLeastOf() {
    List<EarlierAnswer> earlier =
        IntStream.range(0, 6)
            .mapToObj(
                i ->
                    new EarlierAnswer(
                        "What is " + i + "?", i + " is one more than one less of it."))
            .toList();
    List<PlantedAnswer> planted = PlantedAnswers.mixed(Sha256.hash(new byte[] {1}), earlier);
    List<Marks> careful =
        planted.stream()
            .map(
                one ->
                    one.source() == PlantedAnswer.Source.EARLIER
                        ? new Marks(500, 500)
                        : new Marks(
                            Criterion.USEFULNESS.minds(one.flaw()) ? 0 : 1_000,
                            Criterion.CORRECTNESS.minds(one.flaw()) ? 0 : 1_000))
            .toList();
    for (Criterion criterion : Criterion.values()) {
      assertThat(Reliability.of(criterion, planted, careful)).isEqualTo(new Reliability(500, 9));
    }
  }

  @Test
  void shouldNotTrustFewPairs() {
    assertThat(new Reliability(1_000, Reliability.LEAST_PAIRS - 1).counts()).isFalse();
    assertThat(new Reliability(799, 100).counts()).isFalse();
    assertThat(new Reliability(800, Reliability.LEAST_PAIRS).counts()).isTrue();
  }
}
