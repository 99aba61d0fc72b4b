package io.myelin.chain.abi;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A type of the contract ABI. Its text is the canonical one that selectors are hashed of. */
public sealed interface AbiType {
  /** A whole number without a sign; in Java a BigInteger. */
  record Uint(int bits) implements AbiType {
    /** Checks the width. */
    public Uint {
      checkBits("uint", bits);
    }

    @Override
    public String toString() {
      return "uint" + bits;
    }
  }

  /** A whole number with a sign; in Java a BigInteger. */
  record Int(int bits) implements AbiType {
    /** Checks the width. */
    public Int {
      checkBits("int", bits);
    }

    @Override
    public String toString() {
      return "int" + bits;
    }
  }

  /** An account; in Java an Address. */
  record Account() implements AbiType {
    @Override
    public String toString() {
      return "address";
    }
  }

  /** True or false; in Java a Boolean. */
  record Bool() implements AbiType {
    @Override
    public String toString() {
      return "bool";
    }
  }

  /** 1 to 32 bytes; in Java Bytes. */
  record FixedBytes(int length) implements AbiType {
    /** Checks the length. */
    public FixedBytes {
      if (length < 1 || length > 32) {
        throw new IllegalArgumentException("bytes" + length + " (expected: bytes1 to bytes32)");
      }
    }

    @Override
    public String toString() {
      return "bytes" + length;
    }
  }

  /** Any number of bytes; in Java Bytes. */
  record ByteString() implements AbiType {
    @Override
    public String toString() {
      return "bytes";
    }
  }

  /** A text; in Java a String. Bytes that are no UTF-8 become U+FFFD. */
  record Text() implements AbiType {
    @Override
    public String toString() {
      return "string";
    }
  }

  /** Any number of one type; in Java a List. */
  record Sequence(AbiType element) implements AbiType {
    @Override
    public String toString() {
      return element + "[]";
    }
  }

  /** A fixed number of one type; in Java a List. */
  record FixedSequence(AbiType element, int length) implements AbiType {
    /** Checks the length. */
    public FixedSequence {
      if (length < 1 || length > 1 << 16) {
        throw new IllegalArgumentException(
            element + "[" + length + "] (expected: a length of 1 to 65536)");
      }
    }

    @Override
    public String toString() {
      return element + "[" + length + "]";
    }
  }

  /** A struct, or arguments; in Java a List. */
  record Tuple(List<AbiType> components) implements AbiType {
    /** Copies. */
    public Tuple {
      components = List.copyOf(components);
    }

    @Override
    public String toString() {
      return components.stream().map(AbiType::toString).collect(Collectors.joining(",", "(", ")"));
    }
  }

  /** Whether its length depends on the value, so that it stands behind an offset. */
  default boolean isDynamic() {
    return switch (this) {
      case Uint _, Int _, Account _, Bool _, FixedBytes _ -> false;
      case ByteString _, Text _, Sequence _ -> true;
      case FixedSequence(AbiType element, int _) -> element.isDynamic();
      case Tuple(List<AbiType> components) -> components.stream().anyMatch(AbiType::isDynamic);
    };
  }

  /** Bytes it takes where it stands: itself, or the offset to it. */
  default int headLength() {
    if (isDynamic()) {
      return AbiCodec.WORD;
    }
    return switch (this) {
      case FixedSequence(AbiType element, int length) ->
          Math.multiplyExact(length, element.headLength());
      case Tuple(List<AbiType> components) ->
          components.stream().mapToInt(AbiType::headLength).reduce(0, Math::addExact);
      default -> AbiCodec.WORD;
    };
  }

  /**
   * Reads a type without tuples, as artifacts write it: {@code uint256}, {@code bytes32[4][]}.
   *
   * @param components of a {@code tuple}, {@code tuple[]} …; empty for any other
   * @throws IllegalArgumentException when it is no type of the ABI
   */
  static AbiType parse(String text, List<AbiType> components) {
    Matcher array = Pattern.compile("(.*)\\[(\\d{0,5})]").matcher(text);
    if (array.matches()) {
      AbiType element = parse(array.group(1), components);
      return array.group(2).isEmpty()
          ? new Sequence(element)
          : new FixedSequence(element, Integer.parseInt(array.group(2)));
    }
    Matcher sized = Pattern.compile("(uint|int|bytes)(\\d{1,3})").matcher(text);
    if (sized.matches()) {
      int size = Integer.parseInt(sized.group(2));
      return switch (sized.group(1)) {
        case "uint" -> new Uint(size);
        case "int" -> new Int(size);
        default -> new FixedBytes(size);
      };
    }
    return switch (text) {
      case "address" -> new Account();
      case "bool" -> new Bool();
      case "bytes" -> new ByteString();
      case "string" -> new Text();
      case "uint" -> new Uint(256);
      case "int" -> new Int(256);
      case "tuple" -> new Tuple(components);
      default -> throw new IllegalArgumentException("\"" + text + "\" is no type of the ABI");
    };
  }

  /** Reads a type without tuples. */
  static AbiType parse(String text) {
    return parse(text, List.of());
  }

  private static void checkBits(String name, int bits) {
    if (bits < 8 || bits > 256 || bits % 8 != 0) {
      throw new IllegalArgumentException(
          name + bits + " (expected: 8 to 256 bits, a multiple of 8)");
    }
  }
}
