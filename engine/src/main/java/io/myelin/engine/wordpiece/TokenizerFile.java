package io.myelin.engine.wordpiece;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@code tokenizer.json} as sentence models ship it. Whatever in it asks for another way than
 * {@link WordPieceTokenizer} goes is refused, not passed over; only its truncation and padding are
 * left aside, since texts are neither cut nor padded here.
 */
public final class TokenizerFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TokenizerFile() {}

  /**
   * Reads the file's bytes.
   *
   * @throws IOException when it is not JSON, or describes another kind of tokenizer
   */
  public static WordPieceTokenizer read(byte[] bytes) throws IOException {
    JsonNode file = JSON.readTree(bytes);
    JsonNode normalizer = file.path("normalizer");
    require("normalizer.type", normalizer.path("type"), "BertNormalizer");
    require("normalizer.clean_text", normalizer.path("clean_text"), "true");
    require("normalizer.handle_chinese_chars", normalizer.path("handle_chinese_chars"), "true");
    require("normalizer.lowercase", normalizer.path("lowercase"), "true");
    if (normalizer.hasNonNull("strip_accents")) {
      require("normalizer.strip_accents", normalizer.path("strip_accents"), "true");
    }
    require("pre_tokenizer.type", file.path("pre_tokenizer").path("type"), "BertPreTokenizer");
    JsonNode model = file.path("model");
    require("model.type", model.path("type"), "WordPiece");
    require("model.continuing_subword_prefix", model.path("continuing_subword_prefix"), "##");
    Map<String, Integer> vocabulary = new HashMap<>();
    for (Map.Entry<String, JsonNode> piece : model.path("vocab").properties()) {
      vocabulary.put(piece.getKey(), piece.getValue().intValue());
    }
    JsonNode single = file.path("post_processor").path("single");
    require(
        "post_processor.single[1].Sequence.id", single.path(1).path("Sequence").path("id"), "A");
    try {
      return new WordPieceTokenizer(
          vocabulary,
          specials(file.path("added_tokens")),
          single.path(0).path("SpecialToken").path("id").asText(),
          single.path(2).path("SpecialToken").path("id").asText(),
          model.path("unk_token").asText(),
          model.path("max_input_chars_per_word").asInt(100));
    } catch (IllegalArgumentException e) {
      throw new IOException("tokenizer: " + e.getMessage(), e);
    }
  }

  private static List<String> specials(JsonNode tokens) throws IOException {
    List<String> specials = new ArrayList<>();
    for (JsonNode token : tokens) {
      for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
        require("added_tokens." + flag, token.path(flag), "false");
      }
      specials.add(token.path("content").asText());
    }
    return specials;
  }

  private static void require(String path, JsonNode found, String expected) throws IOException {
    if (!found.asText().equals(expected)) {
      throw new IOException(
          "tokenizer: " + path + " is " + found + " (expected: " + expected + ")");
    }
  }
}
