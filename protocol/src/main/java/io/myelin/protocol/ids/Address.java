package io.myelin.protocol.ids;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Locale;

/**
 * The Ethereum address of an actor's key: 20 bytes, shown as {@code 0x} and 40 lowercase hex
 * digits.
 */
public final class Address extends FixedBytes implements Comparable<Address> {
  /** Bytes in one. */
  public static final int LENGTH = 20;

  /** The zero address: nobody. */
  public static final Address ZERO = new Address(new byte[LENGTH]);

  private Address(byte[] bytes) {
    super("address", LENGTH, bytes);
  }

  /**
   * From its bytes, which are copied.
   *
   * @throws IllegalArgumentException unless there are exactly 20
   */
  public static Address of(byte[] bytes) {
    return new Address(bytes);
  }

  /**
   * From {@code 0x} and 40 hex digits of either case; a mixed-case checksum is not checked.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  @JsonCreator
  public static Address parse(String text) {
    return new Address(parseHex("address", LENGTH, "0x", text.toLowerCase(Locale.ROOT)));
  }

  @Override
  public int compareTo(Address other) {
    return compareBytes(other);
  }

  @Override
  public String toString() {
    return "0x" + hex();
  }
}
