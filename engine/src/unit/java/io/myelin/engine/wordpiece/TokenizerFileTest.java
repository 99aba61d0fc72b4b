package io.myelin.engine.wordpiece;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerFileTest {
  private static final String FILE =
      """
      {"truncation": {"max_length": 128}, "padding": {"strategy": {"Fixed": 128}},
       "added_tokens": [{"content": "[SEP]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}],
       "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                      "strip_accents": null, "lowercase": true},
       "pre_tokenizer": {"type": "BertPreTokenizer"},
       "post_processor": {"single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}},
                                     {"SpecialToken": {"id": "[SEP]"}}]},
       "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                 "max_input_chars_per_word": 3, "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "hi": 3}}}
      """;

  private static WordPieceTokenizer read(String json) throws IOException {
    return TokenizerFile.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsWhatSentenceModelsShip() throws IOException {
    // No padding to 128, no cutting: what the file says about those is for others.
    assertThat(read(FILE).encode("Hi [SEP] hill", 100)).containsExactly(1, 3, 2, 0, 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"lowercase\": true | \"lowercase\": false | normalizer.lowercase",
        "\"clean_text\": true | \"clean_text\": false | normalizer.clean_text",
        "\"strip_accents\": null | \"strip_accents\": false | normalizer.strip_accents",
        "BertPreTokenizer | Whitespace | pre_tokenizer.type",
        "WordPiece | BPE | model.type",
        "\"lstrip\": false | \"lstrip\": true | added_tokens.0.lstrip",
        "\"[CLS]\": 1 | \"[cls]\": 1 | [CLS]",
        "\"id\": \"A\" | \"id\": \"B\" | post_processor",
      })
  void anotherKindIsRefusedAndNamed(String was, String is, String named) {
    assertThat(FILE).contains(was);
    assertThatThrownBy(() -> read(FILE.replace(was, is)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(named);
  }

  @Test
  void whatIsNoJsonIsAnError() {
    assertThatThrownBy(() -> read("{\"model\":")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read("[]")).isInstanceOf(IOException.class);
  }
}
