package io.myelin.engine.jinja;

/** What Python takes for whitespace, and how it reads string literals. */
final class Python {
  private Python() {}

  static boolean isSpace(char c) {
    return switch (c) {
      case ' ', '\t', '\n', '\u000b', '\f', '\r', '\u0085', '\u00a0', '\u1680' -> true;
      case '\u2028', '\u2029', '\u202f', '\u205f', '\u3000' -> true;
      default -> (c >= '\u001c' && c <= '\u001f') || (c >= '\u2000' && c <= '\u200a');
    };
  }

  /** Whether everything from here on is whitespace. */
  static boolean isSpace(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (!isSpace(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static String stripRight(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  /** A string literal's meaning; an escape nobody knows stays as it is. */
  static String unescape(String literal) {
    if (literal.indexOf('\\') < 0) {
      return literal;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < literal.length(); i++) {
      char c = literal.charAt(i);
      if (c != '\\' || i + 1 == literal.length()) {
        out.append(c);
        continue;
      }
      char escape = literal.charAt(++i);
      switch (escape) {
        case 'n' -> out.append('\n');
        case 't' -> out.append('\t');
        case 'r' -> out.append('\r');
        case 'a' -> out.append('\u0007');
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'v' -> out.append('\u000b');
        case '\\', '\'', '"' -> out.append(escape);
        case '\n' -> {}
        case 'x' -> i += hex(literal, i + 1, 2, out);
        case 'u' -> i += hex(literal, i + 1, 4, out);
        case 'U' -> i += hex(literal, i + 1, 8, out);
        default -> {
          if (escape >= '0' && escape <= '7') {
            i += octal(literal, i, out) - 1;
          } else {
            out.append('\\').append(escape);
          }
        }
      }
    }
    return out.toString();
  }

  private static int hex(String literal, int from, int digits, StringBuilder out) {
    try {
      int to = from + digits;
      if (to <= literal.length() && literal.substring(from, to).matches("[0-9A-Fa-f]+")) {
        out.appendCodePoint(Integer.parseUnsignedInt(literal, from, to, 16));
        return digits;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new TemplateException("a broken escape in \"" + literal + "\"");
  }

  private static int octal(String literal, int from, StringBuilder out) {
    int to = from;
    int value = 0;
    while (to < literal.length()
        && to < from + 3
        && literal.charAt(to) >= '0'
        && literal.charAt(to) <= '7') {
      value = value * 8 + literal.charAt(to) - '0';
      to++;
    }
    out.append((char) value);
    return to - from;
  }
}
