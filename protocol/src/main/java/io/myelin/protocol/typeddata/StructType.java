package io.myelin.protocol.typeddata;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A struct's name and its fields, with the type string that EIP-712 hashes. Only the field types
 * that Myelin uses: bytes32, address, bool, string, uint8 to uint256.
 */
public final class StructType {
  private final String name;
  private final List<Field> fields;
  private final Digest typeHash;

  private StructType(String name, List<Field> fields) {
    this.name = name;
    this.fields = fields;
    this.typeHash = Keccak256.hash(encoded(name, fields).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Parses {@code Name(type field,type field…)}.
   *
   * @throws IllegalArgumentException when the text is not of this form
   */
  static StructType parse(String typeString) {
    int open = typeString.indexOf('(');
    if (open <= 0 || !typeString.endsWith(")")) {
      throw new IllegalArgumentException(
          "type: \"" + typeString + "\" (expected: Name(type field,…))");
    }
    List<Field> fields = new ArrayList<>();
    for (String part : typeString.substring(open + 1, typeString.length() - 1).split(",")) {
      String[] words = part.split(" ");
      if (words.length != 2) {
        throw new IllegalArgumentException("field: \"" + part + "\" (expected: type name)");
      }
      fields.add(new Field(words[1], words[0]));
    }
    StructType type = new StructType(typeString.substring(0, open), List.copyOf(fields));
    if (!type.typeString().equals(typeString)) {
      throw new IllegalArgumentException("type: \"" + typeString + "\" is not in canonical form");
    }
    return type;
  }

  private static String encoded(String name, List<Field> fields) {
    return fields.stream()
        .map(field -> field.type() + " " + field.name())
        .collect(Collectors.joining(",", name + "(", ")"));
  }

  /** The struct's name. */
  public String name() {
    return name;
  }

  /** The fields in order. */
  public List<Field> fields() {
    return fields;
  }

  /** EIP-712's {@code encodeType}. */
  public String typeString() {
    return encoded(name, fields);
  }

  /** Keccak-256 of {@link #typeString()}. */
  public Digest typeHash() {
    return typeHash;
  }

  @Override
  public String toString() {
    return typeString();
  }

  /**
   * One field.
   *
   * @param name as in the type string
   * @param type a Solidity type
   */
  public record Field(String name, String type) {
    int unsignedBits() {
      if (!type.startsWith("uint")) {
        throw new IllegalStateException(name + " is declared " + type + ", not as an integer");
      }
      return Integer.parseInt(type, 4, type.length(), 10);
    }
  }
}
