package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/**
 * Cuts a template into tokens, with the whitespace rules that transformers sets: a block's own line
 * disappears ({@code trim_blocks}, {@code lstrip_blocks}), and so does the template's last newline.
 */
final class Lexer {
  private static final int MAX_TEMPLATE = 1 << 20;
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", ".", ":",
          "|", ",", "(", ")", "[", "]", "{", "}");
  private static final Set<String> OPENING = Set.of("(", "[", "{");
  private static final Set<String> CLOSING = Set.of(")", "]", "}");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  // Whether what comes next begins a line of the template.
  private boolean lineStart = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    if (template.length() > MAX_TEMPLATE) {
      throw new TemplateException(
          "template: %d characters (expected: at most %d)"
              .formatted(template.length(), MAX_TEMPLATE));
    }
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    Lexer lexer =
        new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag(at);
      if (tag < 0) {
        data(source.substring(at));
        moveTo(source.length());
        break;
      }
      tag(tag);
    }
    tokens.add(new Token(Kind.END, "", line));
  }

  private int nextTag(int from) {
    for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private void tag(int start) {
    char type = source.charAt(start + 1);
    char sign = start + 2 < source.length() ? source.charAt(start + 2) : ' ';
    String before = source.substring(at, start);
    if (sign == '-') {
      before = Python.stripRight(before);
    } else if (sign != '+' && type != '{') {
      before = withoutIndent(before);
    }
    data(before);
    moveTo(start + (sign == '-' || sign == '+' ? 3 : 2));
    switch (type) {
      case '#' -> comment();
      case '%' -> {
        if (!raw()) {
          tokens.add(new Token(Kind.BLOCK_BEGIN, "{%", line));
          code("%}", Kind.BLOCK_END);
        }
      }
      default -> {
        tokens.add(new Token(Kind.PRINT_BEGIN, "{{", line));
        code("}}", Kind.PRINT_END);
      }
    }
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Kind.DATA, text, line));
    }
  }

  // Spaces between the line's beginning and a block.
  private String withoutIndent(String text) {
    int begin = text.lastIndexOf('\n') + 1;
    boolean atLineStart = begin > 0 || lineStart;
    return atLineStart && Python.isSpace(text, begin) ? text.substring(0, begin) : text;
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw error("a comment without an end");
    }
    char sign = source.charAt(end - 1);
    moveTo(end + 2);
    afterTag(sign, true);
  }

  private boolean raw() {
    int begin = wordAfter(at, "raw");
    if (begin < 0) {
      return false;
    }
    moveTo(begin);
    afterTag(source.charAt(begin - 3), true);
    for (int start = source.indexOf("{%", at);
        start >= 0;
        start = source.indexOf("{%", start + 2)) {
      boolean signed = "+-".indexOf(source.charAt(Math.min(start + 2, source.length() - 1))) >= 0;
      int end = wordAfter(start + (signed ? 3 : 2), "endraw");
      if (end >= 0) {
        String text = source.substring(at, start);
        boolean strip = source.charAt(start + 2) == '-';
        data(strip ? Python.stripRight(text) : signed ? text : withoutIndent(text));
        moveTo(end);
        afterTag(source.charAt(end - 3), true);
        return true;
      }
    }
    throw error("raw without endraw");
  }

  /** Where the block ends that holds only this word; -1 if it holds anything else. */
  private int wordAfter(int from, String word) {
    int start = skipSpace(from);
    if (!source.startsWith(word, start)) {
      return -1;
    }
    int end = skipSpace(start + word.length());
    if (end < source.length() && "+-".indexOf(source.charAt(end)) >= 0) {
      end++;
    }
    return source.startsWith("%}", end) ? end + 2 : -1;
  }

  private int skipSpace(int from) {
    int to = from;
    while (to < source.length() && Python.isSpace(source.charAt(to))) {
      to++;
    }
    return to;
  }

  private void afterTag(char sign, boolean trimNewline) {
    lineStart = false;
    int next = at;
    if (sign == '-') {
      next = skipSpace(at);
    } else if (trimNewline && sign != '+' && at < source.length() && source.charAt(at) == '\n') {
      next = at + 1;
    }
    if (next > at) {
      lineStart = source.charAt(next - 1) == '\n';
      moveTo(next);
    }
  }

  private void moveTo(int next) {
    for (int i = at; i < next; i++) {
      if (source.charAt(i) == '\n') {
        line++;
      }
    }
    at = next;
  }

  private void code(String end, Kind endKind) {
    Deque<String> open = new ArrayDeque<>();
    while (true) {
      moveTo(skipSpace(at));
      if (at >= source.length()) {
        throw error("a tag without " + end);
      }
      char c = source.charAt(at);
      if (open.isEmpty()) {
        boolean signed = (c == '-' || c == '+') && source.startsWith(end, at + 1);
        if (signed || source.startsWith(end, at)) {
          tokens.add(new Token(endKind, end, line));
          moveTo(at + (signed ? 3 : 2));
          afterTag(signed ? c : ' ', endKind == Kind.BLOCK_END);
          return;
        }
      }
      if (c == '"' || c == '\'') {
        string(c);
      } else if (c >= '0' && c <= '9') {
        number();
      } else if (Character.isLetter(c) || c == '_') {
        name();
      } else {
        operator(open);
      }
    }
  }

  private void string(char quote) {
    int i = at + 1;
    while (i < source.length() && source.charAt(i) != quote) {
      i += source.charAt(i) == '\\' ? 2 : 1;
    }
    if (i >= source.length()) {
      throw error("a string without an end");
    }
    tokens.add(new Token(Kind.STRING, Python.unescape(source.substring(at + 1, i)), line));
    moveTo(i + 1);
  }

  private void number() {
    int end = digits(at);
    boolean real = false;
    if (end + 1 < source.length()
        && source.charAt(end) == '.'
        && Character.isDigit(source.charAt(end + 1))) {
      real = true;
      end = digits(end + 1);
    }
    if (end < source.length() && (source.charAt(end) | 0x20) == 'e') {
      int power = end + 1;
      if (power < source.length() && "+-".indexOf(source.charAt(power)) >= 0) {
        power++;
      }
      if (digits(power) > power) {
        real = true;
        end = digits(power);
      }
    }
    String text = source.substring(at, end).replace("_", "");
    tokens.add(new Token(real ? Kind.REAL : Kind.WHOLE, text, line));
    moveTo(end);
  }

  private int digits(int from) {
    int to = from;
    while (to < source.length()
        && (Character.isDigit(source.charAt(to)) || (to > from && source.charAt(to) == '_'))) {
      to++;
    }
    return to;
  }

  private void name() {
    int end = at + 1;
    while (end < source.length()
        && (Character.isLetterOrDigit(source.charAt(end)) || source.charAt(end) == '_')) {
      end++;
    }
    tokens.add(new Token(Kind.NAME, source.substring(at, end), line));
    moveTo(end);
  }

  private void operator(Deque<String> open) {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, at)) {
        if (OPENING.contains(operator)) {
          open.push(operator);
        } else if (CLOSING.contains(operator)) {
          if (open.isEmpty()) {
            throw error("unexpected \"" + operator + "\"");
          }
          open.pop();
        }
        tokens.add(new Token(Kind.OPERATOR, operator, line));
        moveTo(at + operator.length());
        return;
      }
    }
    throw error("unexpected character \"" + source.charAt(at) + "\"");
  }

  private TemplateException error(String what) {
    return new TemplateException("line " + line + ": " + what);
  }
}
