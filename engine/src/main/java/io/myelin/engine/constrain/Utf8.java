package io.myelin.engine.constrain;

/**
 * Where one stands inside a UTF-8 character.
 *
 * @param need bytes still to come
 * @param low least value of the next byte
 * @param high greatest value of the next byte
 */
record Utf8(int need, int low, int high) {
  /** Between two characters. */
  static final Utf8 BETWEEN = new Utf8(0, 0, 0);

  /** No character begins so. */
  static final Utf8 WRONG = new Utf8(-1, 0, 0);

  /** After the first byte of a character of several bytes: no overlong forms, no surrogates. */
  static Utf8 begin(int lead) {
    if (lead >= 0xC2 && lead <= 0xDF) {
      return new Utf8(1, 0x80, 0xBF);
    }
    return switch (lead) {
      case 0xE0 -> new Utf8(2, 0xA0, 0xBF);
      case 0xED -> new Utf8(2, 0x80, 0x9F);
      case 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xEB, 0xEC, 0xEE, 0xEF ->
          new Utf8(2, 0x80, 0xBF);
      case 0xF0 -> new Utf8(3, 0x90, 0xBF);
      case 0xF1, 0xF2, 0xF3 -> new Utf8(3, 0x80, 0xBF);
      case 0xF4 -> new Utf8(3, 0x80, 0x8F);
      default -> WRONG;
    };
  }

  /** After one more byte. */
  Utf8 next(int value) {
    if (value < low || value > high) {
      return WRONG;
    }
    return need == 1 ? BETWEEN : new Utf8(need - 1, 0x80, 0xBF);
  }
}
