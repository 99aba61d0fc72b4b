package io.myelin.engine.wordpiece;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A {@code tokenizer.json} as sentence models ship it. Whatever in it asks for another way than
 * {@link WordPieceTokenizer} goes is refused, not passed over; only its truncation and padding are
 * left aside, since texts are neither cut nor padded here.
 */
public final class TokenizerFile {
  private static final int USUAL_MAX_WORD_CHARS = 100;
  private static final String ABSENT = "absent";

  private TokenizerFile() {}

  /**
   * Reads the file's bytes.
   *
   * @throws IOException when it is not JSON, or describes another kind of tokenizer
   */
  public static WordPieceTokenizer read(byte[] bytes) throws IOException {
    Object file;
    try (JsonParser parser = new JsonFactory().createParser(bytes)) {
      file = value(parser, parser.nextToken());
    }
    require(file, "BertNormalizer", "normalizer", "type");
    require(file, "true", "normalizer", "clean_text");
    require(file, "true", "normalizer", "handle_chinese_chars");
    require(file, "true", "normalizer", "lowercase");
    if (!text(file, "normalizer", "strip_accents").equals(ABSENT)) {
      require(file, "true", "normalizer", "strip_accents");
    }
    require(file, "BertPreTokenizer", "pre_tokenizer", "type");
    require(file, "WordPiece", "model", "type");
    require(file, "##", "model", "continuing_subword_prefix");
    require(file, "A", "post_processor", "single", "1", "Sequence", "id");
    try {
      return new WordPieceTokenizer(
          vocabulary(file),
          specials(file),
          text(file, "post_processor", "single", "0", "SpecialToken", "id"),
          text(file, "post_processor", "single", "2", "SpecialToken", "id"),
          text(file, "model", "unk_token"),
          at(file, "model", "max_input_chars_per_word") instanceof Integer most
              ? most
              : USUAL_MAX_WORD_CHARS);
    } catch (IllegalArgumentException e) {
      throw new IOException("tokenizer: " + e.getMessage(), e);
    }
  }

  private static Map<String, Integer> vocabulary(Object file) throws IOException {
    if (!(at(file, "model", "vocab") instanceof Map<?, ?> pieces)) {
      throw new IOException("tokenizer: model.vocab is missing (expected: an object)");
    }
    Map<String, Integer> vocabulary = HashMap.newHashMap(pieces.size());
    for (Map.Entry<?, ?> piece : pieces.entrySet()) {
      if (!(piece.getValue() instanceof Integer token)) {
        throw new IOException("tokenizer: model.vocab has " + piece + " (expected: a number)");
      }
      vocabulary.put(String.valueOf(piece.getKey()), token);
    }
    return vocabulary;
  }

  private static List<String> specials(Object file) throws IOException {
    List<String> specials = new ArrayList<>();
    if (at(file, "added_tokens") instanceof List<?> tokens) {
      for (int i = 0; i < tokens.size(); i++) {
        for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
          require(file, "false", "added_tokens", "" + i, flag);
        }
        specials.add(text(file, "added_tokens", "" + i, "content"));
      }
    }
    return specials;
  }

  private static void require(Object file, String expected, String... path) throws IOException {
    String found = text(file, path);
    if (!found.equals(expected)) {
      throw new IOException(
          "tokenizer: "
              + String.join(".", path)
              + " is "
              + found
              + " (expected: "
              + expected
              + ")");
    }
  }

  private static String text(Object file, String... path) {
    return String.valueOf(at(file, path));
  }

  private static Object at(Object file, String... path) {
    Object here = file;
    for (String step : path) {
      Object next =
          switch (here) {
            case Map<?, ?> map -> map.get(step);
            case List<?> list when step.matches("[0-9]+") && Integer.parseInt(step) < list.size() ->
                list.get(Integer.parseInt(step));
            default -> null;
          };
      if (next == null) {
        return ABSENT;
      }
      here = next;
    }
    return here;
  }

  // The streaming parser alone: a start of the worker has no time for a binding of objects.
  private static Object value(JsonParser parser, @Nullable JsonToken token) throws IOException {
    return switch (token) {
      case null -> throw new EOFException("tokenizer: it ends in the middle");
      case START_OBJECT -> {
        Map<String, Object> map = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          map.put(name, value(parser, parser.nextToken()));
        }
        yield map;
      }
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        for (JsonToken next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          list.add(value(parser, next));
        }
        yield list;
      }
      case VALUE_NUMBER_INT -> parser.getIntValue();
      case VALUE_NULL -> ABSENT;
      default -> parser.getText();
    };
  }
}
