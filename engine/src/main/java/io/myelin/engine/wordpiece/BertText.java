package io.myelin.engine.wordpiece;

import java.text.Normalizer;

/**
 * What BERT does to text before it looks words up, character by character: drops what is no text,
 * makes every space one, sets ideographs apart, takes accents off, folds case.
 */
final class BertText {
  private static final int REPLACEMENT = 0xFFFD;

  private BertText() {}

  /** Receives the clean characters; {@code ' '} stands for every kind of space. */
  interface Sink {
    /** Returns false when nothing more is wanted. */
    boolean accept(int codePoint);
  }

  /** Hands on the clean characters of {@code text[from..to)} until the sink has enough. */
  static boolean clean(String text, int from, int to, Sink sink) {
    for (int i = from; i < to; ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (!one(codePoint, sink)) {
        return false;
      }
    }
    return true;
  }

  private static boolean one(int codePoint, Sink sink) {
    if (codePoint < 0x80) {
      if (codePoint > ' ' && codePoint < 0x7F) {
        return sink.accept(
            codePoint >= 'A' && codePoint <= 'Z' ? codePoint + ('a' - 'A') : codePoint);
      }
      return !isSpace(codePoint) || sink.accept(' ');
    }
    if (isSpace(codePoint)) {
      return sink.accept(' ');
    }
    if (isDropped(codePoint)) {
      return true;
    }
    if (isIdeograph(codePoint)) {
      return sink.accept(' ') && folded(codePoint, sink) && sink.accept(' ');
    }
    return folded(codePoint, sink);
  }

  // Each character on its own: decomposing whole texts sorts runs of accents, which takes
  // quadratic time and ends in dropping them all the same.
  private static boolean folded(int codePoint, Sink sink) {
    String parts = Normalizer.normalize(Character.toString(codePoint), Normalizer.Form.NFD);
    for (int i = 0; i < parts.length(); ) {
      int part = parts.codePointAt(i);
      i += Character.charCount(part);
      if (Character.getType(part) != Character.NON_SPACING_MARK && !lower(part, sink)) {
        return false;
      }
    }
    return true;
  }

  private static boolean lower(int codePoint, Sink sink) {
    return sink.accept(Character.toLowerCase(codePoint));
  }

  private static boolean isSpace(int codePoint) {
    return codePoint == '\t'
        || codePoint == '\n'
        || codePoint == '\r'
        || Character.isSpaceChar(codePoint);
  }

  // Characters that Unicode has not assigned stay, as in the reference.
  private static boolean isDropped(int codePoint) {
    return codePoint == REPLACEMENT
        || switch (Character.getType(codePoint)) {
          case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE ->
              true;
          default -> false;
        };
  }

  // The blocks BERT's authors listed; not every character that Unicode calls an ideograph.
  private static boolean isIdeograph(int codePoint) {
    return in(codePoint, 0x4E00, 0x9FFF)
        || in(codePoint, 0x3400, 0x4DBF)
        || in(codePoint, 0x20000, 0x2A6DF)
        || in(codePoint, 0x2A700, 0x2B73F)
        || in(codePoint, 0x2B740, 0x2B81F)
        || in(codePoint, 0x2B920, 0x2CEAF)
        || in(codePoint, 0xF900, 0xFAFF)
        || in(codePoint, 0x2F800, 0x2FA1F);
  }

  private static boolean in(int codePoint, int first, int last) {
    return codePoint >= first && codePoint <= last;
  }

  /** Whether it is a word of its own: all of ASCII's signs, and Unicode's punctuation. */
  static boolean isPunctuation(int codePoint) {
    if (codePoint < 0x80) {
      return codePoint > ' ' && codePoint < 0x7F && !Character.isLetterOrDigit(codePoint);
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION,
          Character.OTHER_PUNCTUATION ->
          true;
      default -> false;
    };
  }
}
