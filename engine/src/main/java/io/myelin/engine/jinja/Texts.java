package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Value.Sequence;
import io.myelin.engine.jinja.Value.Whole;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What Python does to strings, with every character keeping its origin. */
final class Texts {
  private static final String LINE_ENDS = "\n\r\u000b\f\u001c\u001d\u001e\u0085\u2028\u2029";

  private final Budget budget;
  private final Printer printer;

  Texts(Budget budget, Printer printer) {
    this.budget = budget;
    this.printer = printer;
  }

  private MarkedText slice(MarkedText text, int from, int to) {
    budget.characters(to - from);
    return text.slice(from, to);
  }

  /** Without the given characters at its ends; null means whitespace. */
  MarkedText strip(MarkedText text, @Nullable String characters, boolean left, boolean right) {
    int from = 0;
    int to = text.length();
    while (left && from < to && strips(text.text().charAt(from), characters)) {
      from++;
    }
    while (right && to > from && strips(text.text().charAt(to - 1), characters)) {
      to--;
    }
    return slice(text, from, to);
  }

  private static boolean strips(char c, @Nullable String characters) {
    return characters == null ? Python.isSpace(c) : characters.indexOf(c) >= 0;
  }

  MarkedText upper(MarkedText text) {
    budget.characters(text.length());
    return text.withText(text.text().toUpperCase(Locale.ROOT));
  }

  MarkedText lower(MarkedText text) {
    budget.characters(text.length());
    return text.withText(text.text().toLowerCase(Locale.ROOT));
  }

  MarkedText capitalize(MarkedText text) {
    budget.characters(text.length());
    return text.withText(capitalized(text.text()));
  }

  private static String capitalized(String word) {
    if (word.isEmpty()) {
      return word;
    }
    int first = word.offsetByCodePoints(0, 1);
    return word.substring(0, first).toUpperCase(Locale.ROOT)
        + word.substring(first).toLowerCase(Locale.ROOT);
  }

  MarkedText title(MarkedText text) {
    budget.characters(text.length());
    StringBuilder out = new StringBuilder();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.text().charAt(i);
      if (Character.isLetter(c)) {
        word.append(c);
      } else {
        out.append(capitalized(word.toString())).append(c);
        word.setLength(0);
      }
    }
    return text.withText(out.append(capitalized(word.toString())).toString());
  }

  /** Whether there are letters, and all of this case. */
  boolean cased(MarkedText text, boolean upper) {
    budget.scan(text.length());
    String same =
        upper ? text.text().toUpperCase(Locale.ROOT) : text.text().toLowerCase(Locale.ROOT);
    return text.text().codePoints().anyMatch(Character::isLetter) && same.equals(text.text());
  }

  /** At most {@code most} replaced; all when it is negative. */
  MarkedText replace(MarkedText text, MarkedText old, MarkedText replacement, long most) {
    MarkedText.Builder out = new MarkedText.Builder(budget);
    int from = 0;
    int search = 0;
    for (long count = 0; most < 0 || count < most; count++) {
      int at = search > text.length() ? -1 : text.text().indexOf(old.text(), search);
      if (at < 0) {
        break;
      }
      out.append(text.slice(from, at)).append(replacement);
      from = at + old.length();
      search = old.length() == 0 ? at + 1 : from;
    }
    return out.append(text.slice(from, text.length())).build();
  }

  /** At most {@code most} cuts; null cuts at whitespace. */
  Value split(MarkedText text, @Nullable MarkedText separator, long most) {
    if (separator == null) {
      return words(text, most);
    }
    requireSeparator(separator);
    List<Value> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.text().indexOf(separator.text());
        at >= 0 && (most < 0 || parts.size() < most);
        at = text.text().indexOf(separator.text(), from)) {
      parts.add(slice(text, from, at));
      from = at + separator.length();
    }
    parts.add(slice(text, from, text.length()));
    budget.items(parts.size());
    return Sequence.list(parts);
  }

  private static void requireSeparator(MarkedText separator) {
    if (separator.length() == 0) {
      throw new TemplateException("split: the separator is empty");
    }
  }

  private Value words(MarkedText text, long most) {
    List<Value> parts = new ArrayList<>();
    int at = 0;
    while (true) {
      while (at < text.length() && Python.isSpace(text.text().charAt(at))) {
        at++;
      }
      if (at == text.length()) {
        break;
      }
      int end = at;
      if (most >= 0 && parts.size() >= most) {
        end = text.length();
      } else {
        while (end < text.length() && !Python.isSpace(text.text().charAt(end))) {
          end++;
        }
      }
      parts.add(slice(text, at, end));
      at = end;
    }
    budget.items(parts.size());
    return Sequence.list(parts);
  }

  /** Cuts from the right. */
  Value splitRight(MarkedText text, @Nullable MarkedText separator, long most) {
    if (separator == null || most < 0) {
      return split(text, separator, -1);
    }
    requireSeparator(separator);
    List<Value> parts = new ArrayList<>();
    int to = text.length();
    while (parts.size() < most) {
      int at = text.text().lastIndexOf(separator.text(), to - separator.length());
      if (at < 0) {
        break;
      }
      parts.addFirst(slice(text, at + separator.length(), to));
      to = at;
    }
    parts.addFirst(slice(text, 0, to));
    budget.items(parts.size());
    return Sequence.list(parts);
  }

  Value lines(MarkedText text, boolean keepEnds) {
    List<Value> parts = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int end = from;
      while (end < text.length() && LINE_ENDS.indexOf(text.text().charAt(end)) < 0) {
        end++;
      }
      int next = Math.min(end + (text.text().startsWith("\r\n", end) ? 2 : 1), text.length());
      parts.add(slice(text, from, keepEnds ? next : end));
      from = next;
    }
    budget.items(parts.size());
    return Sequence.list(parts);
  }

  Value partition(MarkedText text, MarkedText separator, boolean first) {
    requireSeparator(separator);
    int at =
        first ? text.text().indexOf(separator.text()) : text.text().lastIndexOf(separator.text());
    if (at < 0) {
      return first
          ? Sequence.tuple(text, MarkedText.EMPTY, MarkedText.EMPTY)
          : Sequence.tuple(MarkedText.EMPTY, MarkedText.EMPTY, text);
    }
    int after = at + separator.length();
    return Sequence.tuple(
        slice(text, 0, at), slice(text, at, after), slice(text, after, text.length()));
  }

  MarkedText removeEdge(MarkedText text, MarkedText edge, boolean start) {
    if (start) {
      return text.text().startsWith(edge.text()) ? slice(text, edge.length(), text.length()) : text;
    }
    return text.text().endsWith(edge.text()) ? slice(text, 0, text.length() - edge.length()) : text;
  }

  MarkedText join(MarkedText separator, List<Value> items) {
    items.forEach(Values::text);
    return printer.join(items, separator);
  }

  MarkedText format(MarkedText format, Arguments values) {
    return new Formats(budget, printer).braces(format, values);
  }

  Value find(MarkedText text, MarkedText part, boolean first) {
    budget.scan(text.length());
    int at = first ? text.text().indexOf(part.text()) : text.text().lastIndexOf(part.text());
    return new Whole(at < 0 ? -1 : text.text().codePointCount(0, at));
  }

  Value count(MarkedText text, MarkedText part) {
    requireSeparator(part);
    budget.scan(text.length());
    long count = 0;
    for (int at = text.text().indexOf(part.text());
        at >= 0;
        at = text.text().indexOf(part.text(), at + part.length())) {
      count++;
    }
    return new Whole(count);
  }

  /** Every line but the first, and blank ones, moved right. */
  MarkedText indent(MarkedText text, String with, boolean first, boolean blank) {
    MarkedText.Builder out = new MarkedText.Builder(budget);
    int from = 0;
    while (from <= text.length()) {
      int end = text.text().indexOf('\n', from);
      int to = end < 0 ? text.length() : end;
      boolean wanted = from == 0 ? first : blank || to > from;
      if (wanted) {
        out.append(with);
      }
      out.append(text.slice(from, Math.min(to + 1, text.length())));
      from = to + 1;
    }
    return out.build();
  }
}
