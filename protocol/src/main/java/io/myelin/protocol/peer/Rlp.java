package io.myelin.protocol.peer;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The part of RLP that a node record needs: one list of byte strings, in its only right form. */
final class Rlp {
  private static final int SHORT = 55;
  private static final int STRING = 0x80;
  private static final int LIST = 0xc0;

  private Rlp() {}

  /** An item of a list, and where it ends in the whole. */
  @SuppressWarnings("ArrayRecordComponent")
  record Item(byte[] bytes, int end) {}

  /** A list and where its items begin in the whole. */
  record Items(List<Item> items, int begin) {}

  static byte[] list(List<byte[]> items) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    items.forEach(item -> payload.writeBytes(string(item)));
    return wrapped(LIST, payload.toByteArray());
  }

  /** A list whose encoded items are given. */
  static byte[] listOf(byte[] payload) {
    return wrapped(LIST, payload);
  }

  static byte[] string(byte[] value) {
    return value.length == 1 && value[0] >= 0 ? value : wrapped(STRING, value);
  }

  private static byte[] wrapped(int base, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (payload.length <= SHORT) {
      out.write(base + payload.length);
    } else {
      byte[] length = number(payload.length);
      out.write(base + SHORT + length.length);
      out.writeBytes(length);
    }
    out.writeBytes(payload);
    return out.toByteArray();
  }

  /** A number without leading zeros; zero is empty. */
  static byte[] number(long value) {
    int length = (Long.SIZE - Long.numberOfLeadingZeros(value) + 7) / 8;
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (value >>> (8 * (length - 1 - i)));
    }
    return bytes;
  }

  /** What {@link #number} made, of at most the given bytes. */
  static long number(byte[] bytes, int maxBytes, String what) throws RecordFormatException {
    if (bytes.length > maxBytes || (bytes.length > 0 && bytes[0] == 0)) {
      throw new RecordFormatException(
          what
              + ": "
              + bytes.length
              + " bytes (expected: at most "
              + maxBytes
              + ", no zero first)");
    }
    long value = 0;
    for (byte b : bytes) {
      value = (value << 8) | (b & 0xff);
    }
    return value;
  }

  /** Reads exactly one list of strings; the input's length bounds everything that is allocated. */
  static Items read(byte[] whole, int maxItems) throws RecordFormatException {
    int[] head = header(whole, 0, whole.length);
    if ((whole[0] & 0xff) < LIST || head[1] != whole.length) {
      throw new RecordFormatException(
          "record: " + whole.length + " bytes (expected: exactly one RLP list)");
    }
    List<Item> items = new ArrayList<>();
    int at = head[0];
    while (at < whole.length) {
      if (items.size() == maxItems) {
        throw new RecordFormatException("record: more than " + maxItems + " items");
      }
      int[] next = header(whole, at, whole.length);
      if ((whole[at] & 0xff) >= LIST) {
        throw new RecordFormatException("record: a list at byte " + at + " (expected: a string)");
      }
      items.add(new Item(Arrays.copyOfRange(whole, next[0], next[1]), next[1]));
      at = next[1];
    }
    return new Items(items, head[0]);
  }

  /** Where the payload at a place begins and ends. */
  private static int[] header(byte[] whole, int at, int limit) throws RecordFormatException {
    if (at >= limit) {
      throw new RecordFormatException("record: ends at byte " + at + " (expected: an RLP item)");
    }
    int first = whole[at] & 0xff;
    if (first < STRING) {
      return new int[] {at, at + 1};
    }
    int base = first < LIST ? STRING : LIST;
    int begin = at + 1;
    int length = first - base;
    if (length > SHORT) {
      int lengthBytes = length - SHORT;
      if (lengthBytes > 2 || begin + lengthBytes > limit) {
        throw new RecordFormatException("record: a length of " + lengthBytes + " bytes at " + at);
      }
      length = 0;
      for (int i = 0; i < lengthBytes; i++) {
        length = (length << 8) | (whole[begin + i] & 0xff);
      }
      if (length <= SHORT || whole[begin] == 0) {
        throw new RecordFormatException(
            "record: a length at byte " + at + " not in its short form");
      }
      begin += lengthBytes;
    } else if (base == STRING && length == 1 && begin < limit && whole[begin] >= 0) {
      throw new RecordFormatException("record: a byte at " + at + " not in its short form");
    }
    if (length > limit - begin) {
      throw new RecordFormatException(
          "record: an item of " + length + " bytes at " + at + " (expected: within " + limit + ")");
    }
    return new int[] {begin, begin + length};
  }
}
