package io.myelin.protocol.usefulness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.usefulness.PlantedAnswer.Flaw;
import io.myelin.protocol.usefulness.PlantedAnswer.Source;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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

  private static List<EarlierAnswer> earlier(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new EarlierAnswer(
                    "What is thing " + i / 2 + "?",
                    "Thing %d is one of those that are seen by all and known by few.".formatted(i)))
        .toList();
  }

  private static Map<Source, Map<Flaw, Long>> counts(List<PlantedAnswer> planted) {
    return planted.stream()
        .collect(
            Collectors.groupingBy(
                PlantedAnswer::source,
                Collectors.groupingBy(PlantedAnswer::flaw, Collectors.counting())));
  }

  private static Map<Flaw, Long> each(long count, Flaw... flaws) {
    return Arrays.stream(flaws).collect(Collectors.toMap(flaw -> flaw, _ -> count));
  }

  @Test
  void shouldPlantEarlierAnswersAsSoonAsThereAreSome() {
    Flaw[] spoilt = {Flaw.NONE, Flaw.OFF_TOPIC, Flaw.SCRAMBLED};
    assertThat(counts(PlantedAnswers.mixed(SEED, earlier(2))))
        .isEqualTo(Map.of(Source.PUBLISHED, each(4, Flaw.values())));
    assertThat(counts(PlantedAnswers.mixed(SEED, earlier(3))))
        .isEqualTo(
            Map.of(Source.PUBLISHED, each(3, Flaw.values()), Source.EARLIER, each(3, spoilt)));
    assertThat(counts(PlantedAnswers.mixed(SEED, earlier(12))))
        .isEqualTo(Map.of(Source.EARLIER, each(4, spoilt)));
    // Of one question nothing is off topic; of a few words nothing can be spoilt.
    List<EarlierAnswer> alike = earlier(12).stream().map(one -> with(one, "Why?")).toList();
    assertThat(counts(PlantedAnswers.mixed(SEED, alike))).containsOnlyKeys(Source.PUBLISHED);
    assertThat(new EarlierAnswer("Why?", "Because of that.").isUsable()).isFalse();
  }

  private static EarlierAnswer with(EarlierAnswer one, String question) {
    return new EarlierAnswer(question, one.answer());
  }

  @Test
  void shouldSpoilEarlierAnswersInWaysThatTheSeedDecides() {
    List<EarlierAnswer> earlier = earlier(12);
    Set<String> whole = earlier.stream().map(EarlierAnswer::answer).collect(Collectors.toSet());
    Set<String> scrambled = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      for (PlantedAnswer one : PlantedAnswers.mixed(Sha256.hash(new byte[] {(byte) i}), earlier)) {
        boolean fits = earlier.contains(new EarlierAnswer(one.question(), one.answer()));
        assertThat(fits).isEqualTo(one.flaw() == Flaw.NONE);
        assertThat(whole.contains(one.answer())).isEqualTo(one.flaw() != Flaw.SCRAMBLED);
        if (one.flaw() == Flaw.SCRAMBLED) {
          scrambled.add(one.answer());
        }
      }
    }
    assertThat(scrambled).hasSizeGreaterThan(100);
    assertThat(scrambled).anyMatch(text -> text.split(" ").length == 7);
    assertThat(scrambled).anyMatch(text -> text.split(" ").length == 15);
  }

  @Test
  void shouldDrawNoMoreThanThereAre() {
    assertThatThrownBy(() -> PlantedAnswers.draw(SEED, PlantedAnswers.MOST_OF_EACH + 1))
        .hasMessage("ofEach: 13 (expected: 1 to 12)");
    assertThatThrownBy(() -> PlantedAnswers.draw(SEED, 0)).hasMessageContaining("ofEach: 0");
  }
}
