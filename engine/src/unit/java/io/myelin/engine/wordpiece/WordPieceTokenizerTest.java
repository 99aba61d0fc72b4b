package io.myelin.engine.wordpiece;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordPieceTokenizerTest {
  private static final List<String> PIECES =
      List.of(
          "[PAD]",
          "[UNK]",
          "[CLS]",
          "[SEP]",
          "a",
          "b",
          "##a",
          "##b",
          "un",
          "##do",
          "##able",
          "undo",
          "##doable",
          "cafe",
          ",",
          "-",
          "漢",
          "ss",
          "\uD83D\uDE00");
  private static final int CLS = PIECES.indexOf("[CLS]");
  private static final int SEP = PIECES.indexOf("[SEP]");
  private static final int UNK = PIECES.indexOf("[UNK]");

  private final WordPieceTokenizer tokenizer =
      new WordPieceTokenizer(
          vocabulary(PIECES), List.of("[UNK]", "[CLS]", "[SEP]"), "[CLS]", "[SEP]", "[UNK]", 6);

  private static Map<String, Integer> vocabulary(List<String> pieces) {
    Map<String, Integer> vocabulary = new HashMap<>();
    for (int i = 0; i < pieces.size(); i++) {
      vocabulary.put(pieces.get(i), i);
    }
    return vocabulary;
  }

  private List<String> pieces(String text) {
    int[] tokens = tokenizer.encode(text, 100);
    assertThat(tokens[0]).isEqualTo(CLS);
    assertThat(tokens[tokens.length - 1]).isEqualTo(SEP);
    return java.util.Arrays.stream(tokens, 1, tokens.length - 1).mapToObj(PIECES::get).toList();
  }

  @Test
  void takesTheLongestPieceFirst() {
    assertThat(pieces("undo un aab")).containsExactly("undo", "un", "a", "##a", "##b");
    assertThat(pieces("unable")).containsExactly("un", "##able");
  }

  @Test
  void aWordThatCannotBeSpelledToItsEndIsUnknownAsAWhole() {
    assertThat(pieces("abx a")).containsExactly("[UNK]", "a");
  }

  @Test
  void aWordOverTheLimitIsUnknownHoweverSimple() {
    assertThat(pieces("aaaaaa")).hasSize(6);
    assertThat(pieces("aaaaaaa")).containsExactly("[UNK]");
  }

  @Test
  void foldsCaseAndAccentsAndSetsSignsAndIdeographsApart() {
    assertThat(pieces("Café,A-b")).containsExactly("cafe", ",", "a", "-", "b");
    assertThat(pieces("a漢b")).containsExactly("a", "漢", "b");
    assertThat(pieces("CAFE\u0301")).containsExactly("cafe");
  }

  @Test
  void whatIsNoTextDisappears() {
    assertThat(pieces("a\0b\u200b\ufffd\ue000")).containsExactly("a", "##b");
    assertThat(pieces("a\uD800b\uDC00")).containsExactly("a", "##b");
    assertThat(pieces("a\u2028b\u3000a\tb")).containsExactly("a", "b", "a", "b");
    assertThat(pieces("")).isEmpty();
    assertThat(pieces("😀 😁")).containsExactly("😀", "[UNK]");
  }

  @Test
  void specialPiecesInATextAreTakenAsTheyStand() {
    assertThat(pieces("a[SEP]b [sep]")).contains("[SEP]").startsWith("a", "[SEP]", "b");
    assertThat(pieces("[CLS][UNK]")).containsExactly("[CLS]", "[UNK]");
  }

  @ParameterizedTest
  @CsvSource({"a a a, 5, 5", "a a a, 4, 5", "a a a, 3, 4", "a aabx, 4, 4", "a aabx, 3, 4"})
  void aTextThatIsTooLongGivesOneTokenMoreThanAllowed(String text, int most, int tokens) {
    // In the last two, "aabx" begins with three known pieces and ends up as one unknown word.
    assertThat(tokenizer.encode(text, most)).hasSize(tokens);
  }

  @Test
  void aVocabularyMustHoldWhatIsNamed() {
    assertThatThrownBy(
            () ->
                new WordPieceTokenizer(
                    vocabulary(PIECES), List.of("[MASK]"), "[CLS]", "[SEP]", "[UNK]", 6))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[MASK]");
  }

  @Test
  void countsItsTokens() {
    assertThat(tokenizer.size()).isEqualTo(PIECES.size());
    assertThat(tokenizer.encode("b", 100)).containsExactly(CLS, 5, SEP);
    assertThat(UNK).isEqualTo(1);
  }
}
