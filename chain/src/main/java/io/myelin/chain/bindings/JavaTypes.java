package io.myelin.chain.bindings;

import io.myelin.chain.abi.AbiType;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** How types of the ABI look in Java, and the expressions that convert them. */
final class JavaTypes {
  private static final Set<String> TAKEN =
      Set.of(
          "abstract",
          "assert",
          "boolean",
          "break",
          "byte",
          "case",
          "catch",
          "char",
          "class",
          "const",
          "continue",
          "default",
          "do",
          "double",
          "else",
          "enum",
          "extends",
          "final",
          "finally",
          "float",
          "for",
          "goto",
          "if",
          "implements",
          "import",
          "instanceof",
          "int",
          "interface",
          "long",
          "native",
          "new",
          "package",
          "private",
          "protected",
          "public",
          "return",
          "short",
          "static",
          "strictfp",
          "super",
          "switch",
          "synchronized",
          "this",
          "throw",
          "throws",
          "transient",
          "try",
          "void",
          "volatile",
          "while",
          "true",
          "false",
          "null",
          "_",
          "equals",
          "hashCode",
          "toString",
          "getClass",
          "notify",
          "notifyAll",
          "wait",
          "clone",
          "finalize",
          "log",
          "values",
          "from",
          "raw",
          "at",
          "deploy",
          "address",
          "event");

  private JavaTypes() {}

  /** A name that Java and the bindings leave free. */
  static String name(String solidity) {
    return TAKEN.contains(solidity) ? solidity + "_" : solidity;
  }

  static String type(Artifact.Field field) {
    return type(field.type(), field, false);
  }

  private static String type(AbiType type, Artifact.Field field, boolean boxed) {
    return switch (type) {
      case AbiType.Uint(int bits) -> number(bits, boxed);
      case AbiType.Int(int bits) -> number(bits, boxed);
      case AbiType.Account _ -> "Address";
      case AbiType.Bool _ -> boxed ? "Boolean" : "boolean";
      case AbiType.FixedBytes(int length) -> length == 32 ? "Digest" : "Bytes";
      case AbiType.ByteString _ -> "Bytes";
      case AbiType.Text _ -> "String";
      case AbiType.Sequence(AbiType element) -> "List<" + type(element, field, true) + ">";
      case AbiType.FixedSequence(AbiType element, int _) ->
          "List<" + type(element, field, true) + ">";
      case AbiType.Tuple _ -> struct(field);
    };
  }

  private static String number(int bits, boolean boxed) {
    return bits > 64 ? "BigInteger" : boxed ? "Long" : "long";
  }

  static String struct(Artifact.Field field) {
    return field
        .struct()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "tuple \"" + field.name() + "\" has no struct name in its internalType"));
  }

  /** An expression that reads a value of the codec. */
  static String read(Artifact.Field field, String value) {
    return read(field.type(), field, value, 0);
  }

  private static String read(AbiType type, Artifact.Field field, String value, int depth) {
    return switch (type) {
      case AbiType.Uint(int bits) -> readNumber(bits, value);
      case AbiType.Int(int bits) -> readNumber(bits, value);
      case AbiType.Account _ -> "(Address) " + value;
      case AbiType.Bool _ -> "(Boolean) " + value;
      case AbiType.FixedBytes(int length) ->
          length == 32 ? "AbiValues.digest(" + value + ")" : "(Bytes) " + value;
      case AbiType.ByteString _ -> "(Bytes) " + value;
      case AbiType.Text _ -> "(String) " + value;
      case AbiType.Sequence(AbiType element) -> readList(element, field, value, depth);
      case AbiType.FixedSequence(AbiType element, int _) -> readList(element, field, value, depth);
      case AbiType.Tuple _ -> struct(field) + ".from(AbiValues.tuple(" + value + "))";
    };
  }

  private static String readNumber(int bits, String value) {
    return bits > 64 ? "(BigInteger) " + value : "AbiValues.toLong(" + value + ")";
  }

  private static String readList(AbiType element, Artifact.Field field, String value, int depth) {
    String one = "one" + depth;
    return "AbiValues.list("
        + value
        + ", "
        + one
        + " -> "
        + read(element, field, one, depth + 1)
        + ")";
  }

  /** An expression that makes a value for the codec. */
  static String write(Artifact.Field field, String value) {
    return write(field.type(), field, value, 0);
  }

  private static String write(AbiType type, Artifact.Field field, String value, int depth) {
    return switch (type) {
      case AbiType.Uint(int bits) -> bits > 64 ? value : "AbiValues.number(" + value + ")";
      case AbiType.Int(int bits) -> bits > 64 ? value : "AbiValues.number(" + value + ")";
      case AbiType.FixedBytes(int length) -> length == 32 ? "AbiValues.word(" + value + ")" : value;
      case AbiType.Account _, AbiType.Bool _, AbiType.ByteString _, AbiType.Text _ -> value;
      case AbiType.Sequence(AbiType element) -> writeList(element, field, value, depth);
      case AbiType.FixedSequence(AbiType element, int _) -> writeList(element, field, value, depth);
      case AbiType.Tuple _ -> value + ".raw()";
    };
  }

  private static String writeList(AbiType element, Artifact.Field field, String value, int depth) {
    String one = "one" + depth;
    return "AbiValues.raw("
        + value
        + ", "
        + one
        + " -> "
        + write(element, field, one, depth + 1)
        + ")";
  }

  /** An expression that makes the type itself. */
  static String descriptor(Artifact.Field field) {
    return field.components().isEmpty()
        ? "AbiType.parse(\"" + field.typeText() + "\")"
        : "AbiType.parse(\"" + field.typeText() + "\", " + descriptors(field.components()) + ")";
  }

  static String descriptors(List<Artifact.Field> fields) {
    return fields.stream()
        .map(JavaTypes::descriptor)
        .collect(Collectors.joining(", ", "List.of(", ")"));
  }
}
