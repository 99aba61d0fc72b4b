package io.myelin.chain;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Bytes of any number that nobody can change, shown as {@code 0x} and hex digits. */
public final class Bytes {
  /** No bytes. */
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private static final HexFormat HEX = HexFormat.of();

  private final byte[] bytes;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A copy of these bytes. */
  public static Bytes of(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone());
  }

  /**
   * From hex digits, {@code 0x} before them or not.
   *
   * @throws IllegalArgumentException when the text is not an even number of hex digits
   */
  public static Bytes parse(String hex) {
    int start = hex.startsWith("0x") ? 2 : 0;
    try {
      return new Bytes(HEX.parseHex(hex, start, hex.length()));
    } catch (IllegalArgumentException e) {
      String shown = hex.length() <= 80 ? hex : hex.substring(0, 80) + "…";
      throw new IllegalArgumentException(
          "bytes: \"" + shown + "\" (expected: an even number of hex digits)", e);
    }
  }

  /** These bytes, then those. */
  public Bytes concat(Bytes after) {
    byte[] joined = Arrays.copyOf(bytes, bytes.length + after.bytes.length);
    System.arraycopy(after.bytes, 0, joined, bytes.length, after.bytes.length);
    return new Bytes(joined);
  }

  /**
   * The bytes from one position to before another.
   *
   * @throws IndexOutOfBoundsException when there are fewer
   */
  public Bytes slice(int from, int to) {
    if (from < 0 || to < from || to > bytes.length) {
      throw new IndexOutOfBoundsException(
          "slice [" + from + ", " + to + ") of " + bytes.length + " bytes");
    }
    return new Bytes(Arrays.copyOfRange(bytes, from, to));
  }

  /** How many. */
  public int size() {
    return bytes.length;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /** A copy. */
  public byte[] toArray() {
    return bytes.clone();
  }

  /** Hex digits without a prefix. */
  public String hex() {
    return HEX.formatHex(bytes);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "0x" + hex();
  }
}
