package io.myelin.protocol.usefulness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.usefulness.PlantedAnswer.Flaw;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PlantedAnswersTest {
  private static final Digest SEED = Sha256.hash(new byte[] {7});

  @Test
  void shouldDrawAsManyOfEachInAnOrderThatTheSeedDecides() {
    List<PlantedAnswer> drawn = PlantedAnswers.draw(SEED, 4);
    assertThat(drawn).hasSize(16).isEqualTo(PlantedAnswers.draw(SEED, 4));
    Map<Flaw, Long> counts =
        drawn.stream().collect(Collectors.groupingBy(PlantedAnswer::flaw, Collectors.counting()));
    assertThat(counts).hasSize(4).allSatisfy((_, count) -> assertThat(count).isEqualTo(4));
    assertThat(PlantedAnswers.draw(Sha256.hash(new byte[] {8}), 4)).isNotEqualTo(drawn);
  }

  @Test
  void shouldPlantFlawsThatAreFlaws() {
    List<PlantedAnswer> all = PlantedAnswers.draw(SEED, PlantedAnswers.MOST_OF_EACH);
    Map<String, String> right =
        all.stream()
            .filter(one -> one.flaw() == Flaw.NONE)
            .collect(Collectors.toMap(PlantedAnswer::question, PlantedAnswer::answer));
    Map<String, Long> sameQuestion =
        all.stream()
            .map(PlantedAnswer::question)
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    assertThat(sameQuestion).allSatisfy((_, count) -> assertThat(count).isEqualTo(4));
    for (PlantedAnswer one : all) {
      if (one.flaw() != Flaw.NONE) {
        assertThat(one.answer()).isNotEqualTo(right.get(one.question()));
      }
      if (one.flaw() == Flaw.OFF_TOPIC) {
        assertThat(right.values()).contains(one.answer());
      }
    }
  }

  @Test
  void shouldDrawNoMoreThanThereAre() {
    assertThatThrownBy(() -> PlantedAnswers.draw(SEED, PlantedAnswers.MOST_OF_EACH + 1))
        .hasMessage("ofEach: 13 (expected: 1 to 12)");
    assertThatThrownBy(() -> PlantedAnswers.draw(SEED, 0)).hasMessageContaining("ofEach: 0");
  }
}
