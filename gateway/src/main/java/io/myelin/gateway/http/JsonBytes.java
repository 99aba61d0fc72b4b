package io.myelin.gateway.http;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes JSON straight into a buffer: no tree, no intermediate string. */
public final class JsonBytes {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  private JsonBytes() {}

  /** Copies ASCII text as it is. */
  public static void raw(ByteBuf out, String ascii) {
    ByteBufUtil.writeAscii(out, ascii);
  }

  /** A quoted, escaped string. */
  public static void string(ByteBuf out, String text) {
    out.writeByte('"');
    escaped(out, text);
    out.writeByte('"');
  }

  /** A quoted, escaped string, or {@code null}. */
  public static void stringOrNull(ByteBuf out, @Nullable String text) {
    if (text == null) {
      out.writeBytes(NULL);
    } else {
      string(out, text);
    }
  }

  /** The inside of a JSON string; unpaired surrogates become U+FFFD. */
  public static void escaped(ByteBuf out, String text) {
    escapedUtf8(out, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The inside of a JSON string, from UTF-8. Bytes that are not UTF-8 (a node made them, and nodes
   * are not trusted) become U+FFFD, so that what leaves is always JSON.
   */
  public static void escaped(ByteBuf out, ByteString utf8) {
    if (!utf8.isValidUtf8()) {
      escapedUtf8(out, utf8.toStringUtf8().getBytes(StandardCharsets.UTF_8));
      return;
    }
    int size = utf8.size();
    out.ensureWritable(size + 16);
    for (int i = 0; i < size; i++) {
      escapedByte(out, utf8.byteAt(i));
    }
  }

  /** The inside of a JSON string, from valid UTF-8. */
  public static void escapedUtf8(ByteBuf out, byte[] utf8) {
    out.ensureWritable(utf8.length + 16);
    for (byte b : utf8) {
      escapedByte(out, b);
    }
  }

  private static void escapedByte(ByteBuf out, byte b) {
    // Negative bytes belong to characters outside ASCII and are copied.
    if (b >= 0x20 || b < 0) {
      if (b == '"' || b == '\\') {
        out.writeByte('\\');
      }
      out.writeByte(b);
      return;
    }
    switch (b) {
      case '\n' -> short2(out, 'n');
      case '\r' -> short2(out, 'r');
      case '\t' -> short2(out, 't');
      case '\b' -> short2(out, 'b');
      case '\f' -> short2(out, 'f');
      default -> {
        raw(out, "\\u00");
        out.writeByte(HEX[b >> 4]);
        out.writeByte(HEX[b & 15]);
      }
    }
  }

  private static void short2(ByteBuf out, char letter) {
    out.writeByte('\\');
    out.writeByte(letter);
  }

  /** A whole number. */
  public static void number(ByteBuf out, long value) {
    if (value >= 0 && value < 10) {
      out.writeByte('0' + (int) value);
    } else {
      raw(out, Long.toString(value));
    }
  }

  /** A finite number; others become {@code null}, as JSON has none. */
  public static void number(ByteBuf out, double value) {
    if (Double.isFinite(value)) {
      raw(out, value == Math.rint(value) && Math.abs(value) < 1e15 ? whole(value) : "" + value);
    } else {
      out.writeBytes(NULL);
    }
  }

  private static String whole(double value) {
    return Long.toString((long) value) + ".0";
  }
}
