package io.myelin.protocol.poi;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.poi.Agreement.Outcome;
import io.myelin.protocol.poi.Agreement.Why;
import io.myelin.protocol.sampling.TokenChooser;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.TopLogprob;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgreementTest {
  private static final String ZEN = "llama.cpp-v1/cpu-zen4/bf16/" + TokenChooser.NAME;
  private static final String HASWELL = "llama.cpp-v1/cpu-haswell/bf16/" + TokenChooser.NAME;
  private static final String GPU = "other/gpu";

  /** Texts of one first letter mean the same. */
  private static final Dispersion.Embedder BY_LETTER =
      texts -> texts.stream().map(AgreementTest::vector).toList();

  private static float[] vector(String text) {
    float[] vector = new float[27];
    vector[text.isEmpty() ? 26 : Character.toLowerCase(text.charAt(0)) - 'a'] = 1;
    return vector;
  }

  private static Address node(int number) {
    byte[] bytes = new byte[Address.LENGTH];
    bytes[0] = (byte) number;
    return Address.of(bytes);
  }

  /** Each letter is a token that it is sure of, and knows the next letter for less likely. */
  private static List<TokenLogprob> tokens(String text, int awayQ10) {
    List<TokenLogprob> tokens = new ArrayList<>();
    for (int at = 0; at < text.length(); at++) {
      char letter = text.charAt(at);
      TokenLogprob.Builder token =
          TokenLogprob.newBuilder().setToken(letter).setLogprobQ10(-700 - awayQ10);
      for (int other = letter - 1; other <= letter + 1; other++) {
        token.addTop(TopLogprob.newBuilder().setToken(other).setLogprobQ10(-700 - awayQ10));
      }
      tokens.add(token.build());
    }
    return tokens;
  }

  private static WitnessedAnswer answer(int number, String equivalence, String text) {
    return answer(number, equivalence, text, 0, false);
  }

  private static WitnessedAnswer answer(
      int number, String equivalence, String text, int awayQ10, boolean cut) {
    return new WitnessedAnswer(
        node(number),
        equivalence,
        Sha256.hash(text.getBytes(StandardCharsets.UTF_8)),
        false,
        text,
        tokens(text, awayQ10),
        false,
        cut);
  }

  private static Agreement compared(WitnessedAnswer... answers) {
    return Agreement.of(List.of(answers), Optional.of(BY_LETTER));
  }

  @Test
  void shouldAgreeOnIdenticalTextsWithoutEmbeddings() {
    Dispersion.Embedder never =
        _ -> {
          throw new AssertionError("embedded");
        };
    Agreement same =
        Agreement.of(
            List.of(answer(1, ZEN, "paris"), answer(2, GPU, "paris"), answer(3, ZEN, "paris")),
            Optional.of(never));
    assertThat(same.outcome()).isEqualTo(Outcome.IDENTICAL);
    assertThat(same.alarms()).isFalse();
    assertThat(same.distance()).isEmpty();
  }

  @Test
  void shouldNameWhoOfOneClassMadeAnotherText() {
    // So near in meaning that no embedding tells: a text in capitals.
    Agreement edited =
        compared(answer(1, ZEN, "paris"), answer(2, ZEN, "PARIS"), answer(3, ZEN, "paris"));
    assertThat(edited.outcome()).isEqualTo(Outcome.OUTLIERS);
    assertThat(edited.named()).containsExactly(new Agreement.Named(node(2), Why.OUTPUT));
    assertThat(edited.alarms()).isTrue();
    assertThat(edited.names(node(2))).isTrue();
    assertThat(edited.names(node(1))).isFalse();
    assertThat(edited.suspects(List.of(node(1), node(2), node(3)))).containsExactly(node(2));
  }

  @Test
  void shouldNameWhoOfOneClassMadeUpItsNumbers() {
    Agreement garbage =
        compared(
            answer(1, ZEN, "paris"), answer(2, ZEN, "paris"), answer(3, ZEN, "paris", 40, false));
    assertThat(garbage.named()).containsExactly(new Agreement.Named(node(3), Why.NUMBERS));
    // Of another class the same numbers are nothing.
    assertThat(
            compared(
                    answer(1, ZEN, "paris"),
                    answer(2, ZEN, "paris"),
                    answer(3, HASWELL, "paris", 40, false))
                .outcome())
        .isEqualTo(Outcome.IDENTICAL);
  }

  @Test
  void shouldNotNameWhoseContextEndedEarlier() {
    assertThat(
            compared(
                    answer(1, ZEN, "paris"),
                    answer(2, ZEN, "par", 0, true),
                    answer(3, ZEN, "paris"))
                .named())
        .isEmpty();
    assertThat(
            compared(answer(1, ZEN, "paris"), answer(2, ZEN, "par"), answer(3, ZEN, "paris"))
                .named())
        .containsExactly(new Agreement.Named(node(2), Why.OUTPUT));
  }

  @Test
  void shouldNameWhoMeansSomethingElse() {
    Agreement apart =
        compared(answer(1, GPU, "paris"), answer(2, GPU, "paris it is"), answer(3, GPU, "rome"));
    assertThat(apart.named()).containsExactly(new Agreement.Named(node(3), Why.MEANING));
    assertThat(apart.distance()).hasValue(1.0);
    assertThat(
            compared(answer(1, GPU, "paris"), answer(2, GPU, "paris it is"), answer(3, ZEN, "pa"))
                .outcome())
        .isEqualTo(Outcome.SAME_MEANING);
  }

  @Test
  void shouldNotNameAnHonestNodeOfAnotherProcessor() {
    // One draw fell to the neighbour, and from there on the texts mean other things.
    Agreement rounded =
        compared(
            answer(1, ZEN, "bees make honey"),
            answer(2, ZEN, "bees make honey"),
            answer(3, HASWELL, "cows are brown", 40, false));
    assertThat(rounded.outcome()).isEqualTo(Outcome.ROUNDED);
    assertThat(rounded.named()).isEmpty();
    assertThat(rounded.alarms()).isFalse();
    // A token or two in common may scatter; many may not.
    assertThat(Rounding.explains(answer(1, ZEN, "ab"), answer(3, HASWELL, "ac", 300, false)))
        .isTrue();
    assertThat(
            Rounding.explains(
                answer(1, ZEN, "abcdefgb"), answer(3, HASWELL, "abcdefgc", 300, false)))
        .isFalse();
    assertThat(
            Rounding.explains(
                answer(1, ZEN, "abcdefgb"), answer(3, HASWELL, "abcdefgc", 100, false)))
        .isTrue();
    // The same text with numbers far from the others' is another model's.
    assertThat(
            compared(
                    answer(1, ZEN, "bees make honey"),
                    answer(2, ZEN, "bees make honey"),
                    answer(3, HASWELL, "cows are brown", 900, false))
                .named())
        .containsExactly(new Agreement.Named(node(3), Why.MEANING));
    // So is one that drew what the others hold for out of the question.
    assertThat(
            compared(
                    answer(1, ZEN, "bees make honey"),
                    answer(2, ZEN, "bees make honey"),
                    answer(3, HASWELL, "zebras", 40, false))
                .named())
        .containsExactly(new Agreement.Named(node(3), Why.MEANING));
  }

  @Test
  void shouldNameNobodyWhereThereIsNoMajority() {
    assertThat(
            compared(answer(1, GPU, "paris"), answer(2, GPU, "rome"), answer(3, GPU, "bonn"))
                .outcome())
        .isEqualTo(Outcome.SCATTERED);
    Agreement two = compared(answer(1, ZEN, "paris"), answer(2, ZEN, "PARIS"));
    assertThat(two.outcome()).isEqualTo(Outcome.SCATTERED);
    assertThat(two.named()).isEmpty();
    assertThat(two.alarms()).isTrue();
    assertThat(two.suspects(List.of(node(1), node(2)))).containsExactly(node(1), node(2));
    // A third of another class decides.
    assertThat(
            compared(answer(1, ZEN, "paris"), answer(2, ZEN, "PARIS"), answer(3, GPU, "paris"))
                .named())
        .containsExactly(new Agreement.Named(node(2), Why.OUTPUT));
  }

  @Test
  void shouldSayWhatItCannotTell() {
    assertThat(compared(answer(1, ZEN, "paris")).outcome()).isEqualTo(Outcome.ALONE);
    WitnessedAnswer whole = answer(1, ZEN, "paris");
    WitnessedAnswer end =
        new WitnessedAnswer(
            node(2), ZEN, whole.outputDigest(), true, "ris", tokens("ris", 0), false, false);
    assertThat(compared(whole, end).outcome()).isEqualTo(Outcome.ALONE);
    assertThat(
            Agreement.of(
                    List.of(answer(1, GPU, "paris"), answer(2, GPU, "rome"), answer(3, GPU, "rom")),
                    Optional.empty())
                .outcome())
        .isEqualTo(Outcome.UNMEASURED);
  }
}
