package io.myelin.engine.text;

import java.io.ByteArrayOutputStream;

/**
 * UTF-8 one byte at a time, with the error handling of the Unicode standard ("maximal subpart"): a
 * broken sequence becomes one U+FFFD, and the byte that broke it starts anew.
 */
final class Utf8 {
  /** Between characters. */
  static final int BOUNDARY = 0;

  // Otherwise a state packs what the next byte must be: (bytes still missing << 16) | (lowest << 8)
  // | highest.
  private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

  private Utf8() {}

  /** The state after {@code value} (0..255) arrives in {@code state}. */
  static int next(int state, int value) {
    if (state != BOUNDARY) {
      if (accepts(state, value)) {
        int missing = (state >>> 16) - 1;
        return missing == 0 ? BOUNDARY : expect(missing, 0x80, 0xBF);
      }
      // The sequence is broken; the byte is looked at as a first byte.
    }
    return first(value);
  }

  /** Whether {@code value} goes on with the character begun in {@code state}. */
  static boolean accepts(int state, int value) {
    return value >= ((state >>> 8) & 0xFF) && value <= (state & 0xFF);
  }

  private static int first(int value) {
    if (value >= 0xC2 && value <= 0xDF) {
      return expect(1, 0x80, 0xBF);
    }
    if (value >= 0xE0 && value <= 0xEF) {
      return expect(2, value == 0xE0 ? 0xA0 : 0x80, value == 0xED ? 0x9F : 0xBF);
    }
    if (value >= 0xF0 && value <= 0xF4) {
      return expect(3, value == 0xF0 ? 0x90 : 0x80, value == 0xF4 ? 0x8F : 0xBF);
    }
    return BOUNDARY;
  }

  private static int expect(int missing, int lowest, int highest) {
    return (missing << 16) | (lowest << 8) | highest;
  }

  /**
   * Valid UTF-8 made of {@code bytes[from, to)}.
   *
   * @param dropTail whether an unfinished character at the end is left out instead of replaced
   */
  static byte[] repair(byte[] bytes, int from, int to, boolean dropTail) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(to - from + 8);
    int state = BOUNDARY;
    int start = from;
    for (int i = from; i < to; i++) {
      int value = bytes[i] & 0xFF;
      if (state != BOUNDARY && !accepts(state, value)) {
        out.writeBytes(REPLACEMENT);
        state = BOUNDARY;
        start = i;
      }
      boolean opening = state == BOUNDARY;
      state = next(state, value);
      if (state == BOUNDARY) {
        if (opening && value >= 0x80) {
          out.writeBytes(REPLACEMENT);
        } else {
          out.write(bytes, start, i + 1 - start);
        }
        start = i + 1;
      }
    }
    if (state != BOUNDARY && !dropTail) {
      out.writeBytes(REPLACEMENT);
    }
    return out.toByteArray();
  }
}
