package io.myelin.engine.catalogue;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The few facts of a GGUF file's metadata that the catalogue wants.
 *
 * @param architecture {@code general.architecture}; empty when absent
 * @param name {@code general.name}; empty when absent
 * @param licence {@code general.license}; empty when absent
 * @param contextLength {@code <architecture>.context_length}; 0 when absent
 * @param hasChatTemplate whether {@code tokenizer.chat_template} is there
 */
public record GgufHeader(
    String architecture, String name, String licence, int contextLength, boolean hasChatTemplate) {

  private static final long MAX_PAIRS = 1 << 16;
  private static final long MAX_STRING_BYTES = 1 << 24;
  private static final long MAX_ELEMENTS = 1 << 26;
  private static final int MAX_DEPTH = 4;

  /**
   * Reads the metadata.
   *
   * @throws IOException when the file cannot be read, is no GGUF file or is broken; the message
   *     says which
   */
  public static GgufHeader read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in);
    } catch (EOFException e) {
      throw new IOException("the file ends inside its metadata (truncated download?)", e);
    }
  }

  static GgufHeader read(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(new BufferedInputStream(stream, 1 << 16));
    int magic = in.readInt();
    if (magic != 0x47475546) {
      throw new IOException(
          "not a GGUF file: it starts with 0x" + Integer.toHexString(magic) + " (expected: GGUF)");
    }
    int version = u32(in);
    if (version < 2 || version > 3) {
      throw new IOException("GGUF version: " + version + " (expected: 2 or 3)");
    }
    u64(in, Long.MAX_VALUE, "tensors");
    long pairs = u64(in, MAX_PAIRS, "metadata pairs");
    Map<String, String> wanted = new HashMap<>();
    for (long i = 0; i < pairs; i++) {
      String key = string(in);
      boolean keep =
          key.equals("general.architecture")
              || key.equals("general.name")
              || key.equals("general.license")
              || key.endsWith(".context_length")
              || key.equals("tokenizer.chat_template");
      String value = value(in, u32(in), 0);
      if (keep) {
        wanted.put(key, value);
      }
    }
    String architecture = wanted.getOrDefault("general.architecture", "");
    String context = wanted.getOrDefault(architecture + ".context_length", "0");
    return new GgufHeader(
        architecture,
        wanted.getOrDefault("general.name", ""),
        wanted.getOrDefault("general.license", ""),
        context.matches("[0-9]{1,9}") ? Integer.parseInt(context) : 0,
        !wanted.getOrDefault("tokenizer.chat_template", "").isEmpty());
  }

  // Scalars as decimal text; arrays are walked over and give "".
  private static String value(DataInputStream in, int type, int depth) throws IOException {
    return switch (type) {
      case 0, 1, 7 -> Integer.toString(in.readUnsignedByte());
      case 2, 3 -> Integer.toString(Short.toUnsignedInt(Short.reverseBytes(in.readShort())));
      case 4 -> Integer.toUnsignedString(u32(in));
      case 5, 6 -> Integer.toString(u32(in));
      case 8 -> string(in);
      case 9 -> {
        if (depth >= MAX_DEPTH) {
          throw new IOException("arrays nested deeper than " + MAX_DEPTH);
        }
        int element = u32(in);
        long count = u64(in, MAX_ELEMENTS, "array elements");
        for (long i = 0; i < count; i++) {
          value(in, element, depth + 1);
        }
        yield "";
      }
      case 10, 11, 12 -> Long.toUnsignedString(Long.reverseBytes(in.readLong()));
      default -> throw new IOException("metadata type: " + type + " (expected: 0..12)");
    };
  }

  private static String string(DataInputStream in) throws IOException {
    int length = (int) u64(in, MAX_STRING_BYTES, "bytes of a string");
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int u32(DataInputStream in) throws IOException {
    return Integer.reverseBytes(in.readInt());
  }

  private static long u64(DataInputStream in, long max, String what) throws IOException {
    long value = Long.reverseBytes(in.readLong());
    if (value < 0 || value > max) {
      throw new IOException(
          what + ": " + Long.toUnsignedString(value) + " (expected: 0.." + max + ")");
    }
    return value;
  }
}
