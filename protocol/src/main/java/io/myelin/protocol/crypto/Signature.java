package io.myelin.protocol.crypto;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A recoverable secp256k1 signature in Ethereum's form: 65 bytes {@code r || s || v} with v = 27 or
 * 28 and s in the lower half of the group, so that nobody can derive a second valid signature from
 * a first. Shown as {@code 0x} and 130 hex digits.
 */
public final class Signature {
  /** Bytes in one. */
  public static final int LENGTH = 65;

  static final BigInteger GROUP_ORDER =
      new BigInteger("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16);

  private static final BigInteger HALF_ORDER = GROUP_ORDER.shiftRight(1);
  private static final int V_BASE = 27;

  private final byte[] bytes;

  private Signature(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * From its bytes, which are copied.
   *
   * @throws IllegalArgumentException when length, v, r or s is out of range
   */
  public static Signature of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException(
          "signature: " + bytes.length + " bytes (expected: " + LENGTH + " bytes, r || s || v)");
    }
    int v = bytes[LENGTH - 1] & 0xff;
    if (v != V_BASE && v != V_BASE + 1) {
      throw new IllegalArgumentException("signature: v = " + v + " (expected: 27 or 28)");
    }
    BigInteger r = new BigInteger(1, bytes, 0, 32);
    if (r.signum() == 0 || r.compareTo(GROUP_ORDER) >= 0) {
      throw new IllegalArgumentException("signature: r is outside [1, n)");
    }
    BigInteger s = new BigInteger(1, bytes, 32, 32);
    if (s.signum() == 0 || s.compareTo(HALF_ORDER) > 0) {
      throw new IllegalArgumentException(
          "signature: s is outside [1, n/2] (expected: the low one of the two possible)");
    }
    return new Signature(bytes.clone());
  }

  /**
   * From {@code 0x} and 130 hex digits.
   *
   * @throws IllegalArgumentException when the text is anything else, or out of range
   */
  public static Signature parse(String text) {
    if (!text.startsWith("0x") || text.length() != 2 + 2 * LENGTH) {
      throw new IllegalArgumentException(
          "signature: "
              + text.length()
              + " characters (expected: 0x and "
              + 2 * LENGTH
              + " hex digits)");
    }
    byte[] bytes;
    try {
      bytes = HexFormat.of().parseHex(text, 2, text.length());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("signature: not hex digits: " + e.getMessage(), e);
    }
    return of(bytes);
  }

  static Signature ofCompact(byte[] rs, int recoveryId) {
    byte[] bytes = Arrays.copyOf(rs, LENGTH);
    bytes[LENGTH - 1] = (byte) (V_BASE + recoveryId);
    return new Signature(bytes);
  }

  /** A copy of the 65 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  byte[] compact() {
    return Arrays.copyOf(bytes, LENGTH - 1);
  }

  int recoveryId() {
    return (bytes[LENGTH - 1] & 0xff) - V_BASE;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Signature that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "0x" + HexFormat.of().formatHex(bytes);
  }
}
