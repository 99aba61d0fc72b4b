package io.myelin.engine.wordpiece;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** Any text, broken UTF-16 included, has tokens of the vocabulary, and a bounded number of them. */
class WordPieceTokenizerFuzz {
  private static final int CLS = 101;
  private static final int SEP = 102;
  private static final WordPieceTokenizer TOKENIZER = read();

  private static WordPieceTokenizer read() {
    try (InputStream in =
        WordPieceTokenizerFuzz.class
            .getClassLoader()
            .getResourceAsStream("all-minilm-l6-v2-q-tokenizer.json")) {
      return TokenizerFile.read(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @FuzzTest(maxDuration = "5s")
  void everyTextHasTokens(FuzzedDataProvider data) {
    int most = data.consumeInt(1, 600);
    String text = data.consumeRemainingAsString();
    int[] tokens = TOKENIZER.encode(text, most);
    assertThat(tokens).isEqualTo(TOKENIZER.encode(text, most));
    assertThat(tokens.length).isBetween(1, most + 1);
    assertThat(tokens[0]).isEqualTo(CLS);
    assertThat(Arrays.stream(tokens)).allMatch(token -> token >= 0 && token < TOKENIZER.size());
    int[] all = TOKENIZER.encode(text, Integer.MAX_VALUE);
    assertThat(all[all.length - 1]).isEqualTo(SEP);
    // What a gateway assumes before any tokenizer saw the text: a token is at least one byte.
    assertThat(all.length)
        .isLessThanOrEqualTo(text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length + 2);
    assertThat(tokens).isEqualTo(Arrays.copyOf(all, Math.min(all.length, most + 1)));
  }
}
