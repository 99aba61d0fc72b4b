package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.StrictJson;
import java.util.ArrayList;
import java.util.List;

/**
 * A value that came with a request, and where it stood.
 *
 * @param node not null and not JSON's null
 * @param path as OpenAI names it, e.g. {@code messages[0].content}
 */
record Value(JsonNode node, String path) {

  String string(int maxCharacters) throws ApiError {
    if (!node.isTextual()) {
      throw wrongType("a string");
    }
    String text = node.textValue();
    if (text.length() > maxCharacters) {
      throw invalid(
          "string_above_max_length",
          "it has " + text.length() + " characters (expected: <= " + maxCharacters + ")");
    }
    return text;
  }

  String nonEmptyString(int maxCharacters) throws ApiError {
    String text = string(maxCharacters);
    if (text.isEmpty()) {
      throw invalid("invalid_value", "it is empty (expected: at least one character)");
    }
    return text;
  }

  boolean flag() throws ApiError {
    if (!node.isBoolean()) {
      throw wrongType("a boolean");
    }
    return node.booleanValue();
  }

  long integer(long min, long max) throws ApiError {
    if (!node.isIntegralNumber()) {
      throw wrongType("an integer");
    }
    // Beyond 64 bits it is out of every range; which side decides the code.
    boolean below = node.bigIntegerValue().signum() < 0;
    boolean fits = node.canConvertToLong();
    if (fits ? node.longValue() < min : below) {
      throw invalid(
          "integer_below_min_value", shown() + " is too small (expected: >= " + min + ")");
    }
    if (fits ? node.longValue() > max : !below) {
      throw invalid(
          "integer_above_max_value", shown() + " is too large (expected: <= " + max + ")");
    }
    return node.longValue();
  }

  double number(double min, double max) throws ApiError {
    if (!node.isNumber()) {
      throw wrongType("a number");
    }
    double number = node.doubleValue();
    if (!(number >= min)) {
      throw invalid(
          "decimal_below_min_value", shown() + " is too small (expected: >= " + plain(min) + ")");
    }
    if (!(number <= max)) {
      throw invalid(
          "decimal_above_max_value", shown() + " is too large (expected: <= " + plain(max) + ")");
    }
    // Adding zero turns -0.0 into 0.0.
    return number + 0.0;
  }

  ObjectNode object() throws ApiError {
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw wrongType("an object");
  }

  /** The elements; none of them may be null. */
  List<Value> array(int minItems, int maxItems) throws ApiError {
    if (!(node instanceof ArrayNode array)) {
      throw wrongType("an array");
    }
    if (array.size() < minItems || array.size() > maxItems) {
      throw invalid(
          array.size() < minItems ? "array_below_min_length" : "array_above_max_length",
          "it has " + array.size() + " elements (expected: " + minItems + " to " + maxItems + ")");
    }
    List<Value> values = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      Value element = new Value(array.get(i), path + "[" + i + "]");
      if (element.node.isNull()) {
        throw element.wrongType("a value");
      }
      values.add(element);
    }
    return values;
  }

  ApiError wrongType(String expected) {
    return ApiError.invalid(
        path,
        "invalid_type",
        "Invalid type for '"
            + path
            + "': expected "
            + expected
            + ", but got "
            + StrictJson.kind(node)
            + " instead.");
  }

  ApiError invalid(String code, String what) {
    return ApiError.invalid(path, code, "Invalid '" + path + "': " + what + ".");
  }

  ApiError unsupported(String what) {
    return ApiError.invalid(
        path, "unsupported_value", "Unsupported value for '" + path + "': " + what);
  }

  /** The value as it came, cut so that it fits into a message. */
  String shown() {
    return StrictJson.shortened(node.toString());
  }

  /** A number without a superfluous fraction. */
  static String plain(double number) {
    return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
  }
}
