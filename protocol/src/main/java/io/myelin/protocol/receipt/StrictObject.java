package io.myelin.protocol.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A JSON object read field by field: each must be there with its type, and none may be left over.
 */
final class StrictObject {
  private static final Pattern WEI = Pattern.compile("0|[1-9][0-9]{0,77}");

  private final String path;
  private final JsonNode node;
  private final Set<String> read = new HashSet<>();

  StrictObject(String path, JsonNode node) throws ReceiptFormatException {
    this.path = path;
    this.node = node;
    if (!node.isObject()) {
      throw wrong(path, node, "an object");
    }
  }

  /** The field as text made into a value by {@code parser}, whose complaint names the field. */
  <T> T text(String field, Function<String, T> parser) throws ReceiptFormatException {
    JsonNode value = take(field);
    if (!value.isTextual()) {
      throw wrong(at(field), value, "a string");
    }
    return convert(field, () -> parser.apply(value.textValue()));
  }

  <E extends Enum<E>> E choice(String field, E[] all, Function<E, String> name)
      throws ReceiptFormatException {
    return text(
        field,
        text ->
            ReceiptNames.parse(all, name, text)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "\""
                                + shorten(text)
                                + "\" (expected: "
                                + ReceiptNames.choices(all, name)
                                + ")")));
  }

  BigInteger wei(String field) throws ReceiptFormatException {
    return text(
        field,
        text -> {
          if (!WEI.matcher(text).matches()) {
            throw new IllegalArgumentException(
                "\"" + shorten(text) + "\" (expected: a decimal number of wei, as a string)");
          }
          return new BigInteger(text);
        });
  }

  int integer(String field) throws ReceiptFormatException {
    JsonNode value = take(field);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrong(at(field), value, "an integer of 32 bits");
    }
    return value.intValue();
  }

  long longInteger(String field) throws ReceiptFormatException {
    JsonNode value = take(field);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(at(field), value, "an integer of 64 bits");
    }
    return value.longValue();
  }

  boolean bool(String field) throws ReceiptFormatException {
    JsonNode value = take(field);
    if (!value.isBoolean()) {
      throw wrong(at(field), value, "true or false");
    }
    return value.booleanValue();
  }

  StrictObject object(String field) throws ReceiptFormatException {
    return new StrictObject(at(field), take(field));
  }

  List<StrictObject> objects(String field, int max) throws ReceiptFormatException {
    JsonNode value = take(field);
    if (!value.isArray()) {
      throw wrong(at(field), value, "an array");
    }
    if (value.size() > max) {
      throw new ReceiptFormatException(
          at(field) + ": " + value.size() + " elements (expected: at most " + max + ")");
    }
    List<StrictObject> objects = new ArrayList<>(value.size());
    for (int i = 0; i < value.size(); i++) {
      objects.add(new StrictObject(at(field) + "[" + i + "]", value.get(i)));
    }
    return objects;
  }

  /** Builds the value once every field was read; complains of fields that nobody read. */
  <T> T build(Builder<T> builder) throws ReceiptFormatException {
    Set<String> unknown = new TreeSet<>();
    node.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(read);
    if (!unknown.isEmpty()) {
      throw new ReceiptFormatException(
          path + ": unknown field \"" + shorten(unknown.iterator().next()) + "\" (expected: none)");
    }
    return convert("", builder);
  }

  /** Makes a value; an {@link IllegalArgumentException} tells what is wrong with the fields. */
  @FunctionalInterface
  interface Builder<T> {
    T build();
  }

  private <T> T convert(String field, Builder<T> builder) throws ReceiptFormatException {
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      String where = field.isEmpty() ? path : at(field);
      throw new ReceiptFormatException(where + ": " + e.getMessage(), e);
    }
  }

  private JsonNode take(String field) throws ReceiptFormatException {
    JsonNode value = node.get(field);
    if (value == null) {
      throw new ReceiptFormatException(path + ": no field \"" + field + "\" (expected: one)");
    }
    read.add(field);
    return value;
  }

  private String at(String field) {
    return path + "." + field;
  }

  private static ReceiptFormatException wrong(String where, JsonNode value, String expected) {
    return new ReceiptFormatException(
        where + ": " + shorten(value.toString()) + " (expected: " + expected + ")");
  }

  private static String shorten(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }
}
