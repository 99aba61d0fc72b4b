package io.myelin.protocol.peer;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An IPv4 or IPv6 address; never a name, so nothing has to be resolved. */
public final class IpAddress {
  private final byte[] bytes;

  private IpAddress(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * From its 4 or 16 bytes, which are copied.
   *
   * @throws IllegalArgumentException for any other number
   */
  public static IpAddress of(byte[] bytes) {
    if (bytes.length != 4 && bytes.length != 16) {
      throw new IllegalArgumentException(
          "IP address: " + bytes.length + " bytes (expected: 4 or 16)");
    }
    return new IpAddress(bytes.clone());
  }

  /**
   * From its text: four decimal numbers without leading zeros, or RFC 4291's form without a zone.
   * Empty when it is anything else: what libc takes beyond that (octal, hex, fewer parts) is how
   * filters are got around.
   */
  public static Optional<IpAddress> parse(String text) {
    byte[] bytes = text.indexOf(':') < 0 ? parseV4(text) : parseV6(text);
    return Optional.ofNullable(bytes).map(IpAddress::new);
  }

  private static byte @Nullable [] parseV4(String text) {
    String[] parts = text.split("\\.", -1);
    if (text.length() > 15 || parts.length != 4) {
      return null;
    }
    byte[] bytes = new byte[4];
    for (int i = 0; i < 4; i++) {
      String part = parts[i];
      if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
        return null;
      }
      bytes[i] = (byte) Integer.parseInt(part);
    }
    return bytes;
  }

  private static byte @Nullable [] parseV6(String text) {
    if (text.length() > 45 || !text.matches("[0-9a-fA-F:.]+")) {
      return null;
    }
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return null;
    }
    if (gap < 0) {
      byte[] whole = groups(text);
      return whole != null && whole.length == 16 ? whole : null;
    }
    byte[] head = groups(text.substring(0, gap));
    byte[] tail = groups(text.substring(gap + 2));
    if (head == null || tail == null || head.length + tail.length > 14) {
      return null;
    }
    byte[] bytes = Arrays.copyOf(head, 16);
    System.arraycopy(tail, 0, bytes, 16 - tail.length, tail.length);
    return bytes;
  }

  private static byte @Nullable [] groups(String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    String[] parts = text.split(":", -1);
    byte[] bytes = new byte[0];
    for (int i = 0; i < parts.length; i++) {
      if (i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
        byte[] v4 = parseV4(parts[i]);
        return v4 == null ? null : joined(bytes, v4);
      }
      if (!parts[i].matches("[0-9a-fA-F]{1,4}")) {
        return null;
      }
      int group = Integer.parseInt(parts[i], 16);
      bytes = joined(bytes, new byte[] {(byte) (group >> 8), (byte) group});
    }
    return bytes;
  }

  private static byte[] joined(byte[] head, byte[] tail) {
    byte[] both = Arrays.copyOf(head, head.length + tail.length);
    System.arraycopy(tail, 0, both, head.length, tail.length);
    return both;
  }

  /** A copy of the 4 or 16 bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** Whether it has 4 bytes. */
  public boolean isV4() {
    return bytes.length == 4;
  }

  /** The byte at an index, unsigned. */
  int octet(int index) {
    return bytes[index] & 0xff;
  }

  /** As a URL has it: IPv6 in brackets. */
  public String inUrl() {
    return isV4() ? toString() : "[" + this + "]";
  }

  /**
   * The block of addresses that one party typically has: /24 of IPv4, /48 of IPv6. What is bounded
   * by source is bounded by this.
   */
  public String block() {
    return isV4()
        ? octet(0) + "." + octet(1) + "." + octet(2)
        : "%02x%02x:%02x%02x:%02x%02x"
            .formatted(octet(0), octet(1), octet(2), octet(3), octet(4), octet(5));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IpAddress that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (isV4()) {
      return text.append(octet(0))
          .append('.')
          .append(octet(1))
          .append('.')
          .append(octet(2))
          .append('.')
          .append(octet(3))
          .toString();
    }
    for (int i = 0; i < 16; i += 2) {
      text.append(i == 0 ? "" : ":").append(Integer.toHexString((octet(i) << 8) | octet(i + 1)));
    }
    return text.toString();
  }
}
