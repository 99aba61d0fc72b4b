package io.myelin.protocol.ids;

import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of bytes with a meaning. Two are equal when they are of the same type and hold the
 * same bytes; order is that of the unsigned bytes.
 */
public abstract sealed class FixedBytes permits TaskId, SessionId, Digest, Salt, Address {
  private static final HexFormat HEX = HexFormat.of();

  private final byte[] bytes;

  FixedBytes(String what, int length, byte[] bytes) {
    if (bytes.length != length) {
      throw new IllegalArgumentException(
          what + ": " + bytes.length + " bytes (expected: " + length + " bytes)");
    }
    this.bytes = bytes.clone();
  }

  static byte[] parseHex(String what, int length, String prefix, String text) {
    if (text.length() != prefix.length() + 2 * length || !text.startsWith(prefix)) {
      throw malformed(what, length, prefix, text, null);
    }
    try {
      return HEX.parseHex(text, prefix.length(), text.length());
    } catch (IllegalArgumentException e) {
      throw malformed(what, length, prefix, text, e);
    }
  }

  private static IllegalArgumentException malformed(
      String what, int length, String prefix, String text, @Nullable Exception cause) {
    String shown = text.length() <= 80 ? text : text.substring(0, 80) + "…";
    String expected = prefix.isEmpty() ? "" : prefix + " and ";
    return new IllegalArgumentException(
        what + ": \"" + shown + "\" (expected: " + expected + 2 * length + " hex digits)", cause);
  }

  /** A copy of the bytes. */
  public final byte[] bytes() {
    return bytes.clone();
  }

  /** Lowercase hex digits without a prefix. */
  public final String hex() {
    return HEX.formatHex(bytes);
  }

  /** The first digits, for logs and messages to people. */
  public final String shortHex() {
    return HEX.formatHex(bytes, 0, 4);
  }

  /** Feeds the bytes to a digest without a copy. */
  public final void updateTo(MessageDigest digest) {
    digest.update(bytes);
  }

  /** Puts the bytes at the buffer's position without a copy. */
  public final void putTo(ByteBuffer buffer) {
    buffer.put(bytes);
  }

  final int compareBytes(FixedBytes other) {
    return Arrays.compareUnsigned(bytes, other.bytes);
  }

  /** Whether every byte is zero. */
  public final boolean isZero() {
    for (byte b : bytes) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return other instanceof FixedBytes that
        && that.getClass() == getClass()
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public final int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** The text form, as JSON, URLs and logs show it. */
  @Override
  @JsonValue
  public String toString() {
    return hex();
  }
}
