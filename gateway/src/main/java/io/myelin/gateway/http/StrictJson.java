package io.myelin.gateway.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads one JSON value from outside, strictly: valid UTF-8, at most {@value #MAX_DEPTH} levels, no
 * key twice, no NaN or infinity, no half of a surrogate pair, nothing after the value. Everything
 * else is an {@link ApiError} (400).
 */
public final class StrictJson {
  /** Most levels of arrays and objects. */
  public static final int MAX_DEPTH = 32;

  private static final String INVALID_JSON = "invalid_json";
  private static final int MAX_NAME = 4096;
  private static final int MAX_NUMBER = 400;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  // The depth is checked here with a better message; this is the second wall.
                  .maxNestingDepth(MAX_DEPTH + 1)
                  .maxNumberLength(MAX_NUMBER)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(MAX_NAME)
                  .build())
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          // Names of requests come from outside: interning or caching them would only grow.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private StrictJson() {}

  /** The object in these bytes. */
  public static ObjectNode object(byte[] utf8) throws ApiError {
    JsonNode node = parse(utf8);
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw ApiError.invalid(
        null,
        "invalid_type",
        "The request body is " + kind(node) + " in JSON (expected: an object, {…}).");
  }

  /** The value in these bytes. */
  public static JsonNode parse(byte[] utf8) throws ApiError {
    CharBuffer text = decode(utf8);
    try (JsonParser parser =
        FACTORY.createParser(
            text.array(), text.arrayOffset() + text.position(), text.remaining())) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw bad("The request body is empty (expected: a JSON object).");
      }
      JsonNode value = value(parser, first, 0);
      if (parser.nextToken() != null) {
        throw bad("There is more after the end of the JSON value" + at(parser) + ".");
      }
      return value;
    } catch (StreamConstraintsException e) {
      // What the parser says of it names its own settings.
      throw bad(
          "A name or number is too long"
              + at(e)
              + " (expected: names up to "
              + MAX_NAME
              + " characters, numbers up to "
              + MAX_NUMBER
              + ").");
    } catch (JsonProcessingException e) {
      throw bad("The request body is not valid JSON: " + said(e) + at(e));
    } catch (IOException e) {
      throw bad("The request body could not be read as JSON: " + e.getMessage());
    }
  }

  private static CharBuffer decode(byte[] utf8) throws ApiError {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
    } catch (CharacterCodingException e) {
      throw bad("The request body is not valid UTF-8.");
    }
  }

  private static JsonNode value(JsonParser parser, JsonToken token, int depth)
      throws IOException, ApiError {
    return switch (token) {
      case START_OBJECT -> object(parser, depth + 1);
      case START_ARRAY -> array(parser, depth + 1);
      case VALUE_STRING -> NODES.textNode(text(parser, parser.getText()));
      case VALUE_NUMBER_INT -> integer(parser);
      case VALUE_NUMBER_FLOAT -> decimal(parser);
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
          throw bad("The request body is not valid JSON" + at(parser) + ".");
    };
  }

  private static ObjectNode object(JsonParser parser, int depth) throws IOException, ApiError {
    checkDepth(parser, depth);
    ObjectNode object = NODES.objectNode();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = text(parser, parser.currentName());
      JsonNode value = value(parser, next(parser), depth);
      if (object.replace(name, value) != null) {
        throw bad(
            "The key \"" + shortened(name) + "\" stands twice in one object" + at(parser) + ".");
      }
    }
    return object;
  }

  private static ArrayNode array(JsonParser parser, int depth) throws IOException, ApiError {
    checkDepth(parser, depth);
    ArrayNode array = NODES.arrayNode();
    JsonToken token = next(parser);
    while (token != JsonToken.END_ARRAY) {
      array.add(value(parser, token, depth));
      token = next(parser);
    }
    return array;
  }

  private static JsonToken next(JsonParser parser) throws IOException, ApiError {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw bad("The request body ends in the middle" + at(parser) + ".");
    }
    return token;
  }

  /** Refuses what JSON can escape and no UTF-8 can carry: it would become another text. */
  private static String text(JsonParser parser, String text) throws ApiError {
    int length;
    for (int at = 0; at < text.length(); at += length) {
      // A surrogate comes out as itself only where its other half is missing.
      int codePoint = text.codePointAt(at);
      length = Character.charCount(codePoint);
      if (length == 1 && Character.isSurrogate((char) codePoint)) {
        throw bad(
            "A string holds \\u%04x without its other half%s (expected: Unicode text)."
                .formatted(codePoint, at(parser)));
      }
    }
    return text;
  }

  private static JsonNode integer(JsonParser parser) throws IOException {
    return switch (parser.getNumberType()) {
      case INT -> NODES.numberNode(parser.getIntValue());
      case LONG -> NODES.numberNode(parser.getLongValue());
      case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> NODES.numberNode(parser.getBigIntegerValue());
    };
  }

  private static JsonNode decimal(JsonParser parser) throws IOException, ApiError {
    double value = parser.getDoubleValue();
    if (!Double.isFinite(value)) {
      throw bad("The number " + shortened(parser.getText()) + " is too large" + at(parser) + ".");
    }
    return NODES.numberNode(value);
  }

  private static void checkDepth(JsonParser parser, int depth) throws ApiError {
    if (depth > MAX_DEPTH) {
      throw bad(
          "The JSON is nested deeper than " + MAX_DEPTH + " levels" + at(parser) + "; flatten it.");
    }
  }

  /** What kind of value this is, with its article: {@code a string}. */
  public static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT, POJO -> "an object";
      case ARRAY -> "an array";
      case STRING, BINARY -> "a string";
      case NUMBER -> node.isIntegralNumber() ? "an integer" : "a decimal number";
      case BOOLEAN -> "a boolean";
      case NULL, MISSING -> "null";
    };
  }

  /** A text from outside, cut so that it fits into an error message. */
  public static String shortened(String text) {
    return text.length() <= 64 ? text : text.substring(0, 64) + "…";
  }

  private static String at(JsonParser parser) {
    return at(parser.currentTokenLocation());
  }

  /** The parser's words, without its advice to programmers. */
  private static String said(JsonProcessingException e) {
    return e.getOriginalMessage()
        .replaceAll("(?s)(: enable `JsonReadFeature| \\(start marker at).*", "")
        .replaceAll(" \\(not recognized as one since Feature.*?\\)", "");
  }

  private static String at(JsonProcessingException e) {
    return e.getLocation() == null ? "" : at(e.getLocation());
  }

  private static String at(JsonLocation location) {
    return " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
  }

  private static ApiError bad(String message) {
    return ApiError.invalid(null, INVALID_JSON, message);
  }
}
