package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Value.Fields;
import io.myelin.engine.jinja.Value.Function;
import io.myelin.engine.jinja.Value.Mapping;
import io.myelin.engine.jinja.Value.Nothing;
import io.myelin.engine.jinja.Value.Real;
import io.myelin.engine.jinja.Value.Sequence;
import io.myelin.engine.jinja.Value.Truth;
import io.myelin.engine.jinja.Value.Undefined;
import io.myelin.engine.jinja.Value.Whole;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Values as text: as Python prints them, and as JSON. */
final class Printer {
  private final Budget budget;

  Printer(Budget budget) {
    this.budget = budget;
  }

  /** Python's {@code str}. */
  MarkedText str(Value value) {
    return switch (value) {
      case MarkedText text -> text;
      case Undefined _ -> MarkedText.EMPTY;
      default -> {
        MarkedText.Builder out = new MarkedText.Builder(budget);
        repr(value, out);
        yield out.build();
      }
    };
  }

  private void repr(Value value, MarkedText.Builder out) {
    budget.enter();
    switch (value) {
      case MarkedText text -> out.append(text.withText(quoted(text.text())));
      case Whole number -> out.append(Long.toString(number.value()));
      case Real number -> out.append(real(number.value()));
      case Truth truth -> out.append(truth == Truth.TRUE ? "True" : "False");
      case Nothing _ -> out.append("None");
      case Undefined _ -> out.append("Undefined");
      case Sequence list -> {
        out.append(list.tuple() ? "(" : "[");
        String separator = "";
        for (Value item : list.items()) {
          out.append(separator);
          repr(item, out);
          separator = ", ";
        }
        boolean alone = list.tuple() && list.items().size() == 1;
        out.append(list.tuple() ? (alone ? ",)" : ")") : "]");
      }
      case Mapping map -> {
        out.append("{");
        String separator = "";
        for (Map.Entry<Value, Value> entry : map.entries().entrySet()) {
          out.append(separator);
          repr(entry.getKey(), out);
          out.append(": ");
          repr(entry.getValue(), out);
          separator = ", ";
        }
        out.append("}");
      }
      case Fields _, Function _ -> out.append("<" + Values.kind(value) + ">");
    }
    budget.leave();
  }

  // A quote of the other kind where that saves a backslash.
  private static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder out = new StringBuilder().append(quote);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c == quote) {
            out.append('\\').append(c);
          } else if (c < ' ' || (c >= 0x7f && c <= 0xa0) || c == 0xad) {
            out.append("\\x%02x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append(quote).toString();
  }

  /** Python's shortest form of a float. */
  static String real(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = exact.precision() - exact.scale() - 1;
    if (exponent < -4 || exponent >= 16) {
      String digits = exact.unscaledValue().abs().toString();
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      return (value < 0 ? "-" : "")
          + digits.charAt(0)
          + fraction
          + "e%s%02d".formatted(exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
    String plain = exact.toPlainString();
    return plain.indexOf('.') < 0 ? plain + ".0" : plain;
  }

  /**
   * How JSON is laid out.
   *
   * @param indent spaces per level; negative for one line
   */
  record JsonStyle(int indent, String item, String key, boolean ascii, boolean sorted) {}

  /** Python's {@code json.dumps}. JSON of content is content, its punctuation too. */
  MarkedText json(Value value, JsonStyle style) {
    StringBuilder out = new StringBuilder();
    boolean content = json(value, style, 0, out);
    return content ? MarkedText.content(out.toString()) : MarkedText.template(out.toString());
  }

  private boolean json(Value value, JsonStyle style, int level, StringBuilder out) {
    budget.enter();
    int before = out.length();
    boolean content = false;
    switch (value) {
      case MarkedText text -> {
        escape(text.text(), style.ascii(), out);
        content = text.hasContent();
      }
      case Whole number -> out.append(number.value());
      case Real number -> out.append(realJson(number.value()));
      case Truth truth -> out.append(truth == Truth.TRUE);
      case Nothing _ -> out.append("null");
      case Sequence list -> {
        String start = "[";
        for (Value item : list.items()) {
          out.append(start);
          line(style, level + 1, out);
          content |= json(item, style, level + 1, out);
          start = style.item();
        }
        close(list.items().isEmpty(), '[', ']', style, level, out);
      }
      case Mapping map -> {
        String start = "{";
        Iterator<Map.Entry<Value, Value>> entries = entries(map, style.sorted());
        while (entries.hasNext()) {
          Map.Entry<Value, Value> entry = entries.next();
          out.append(start);
          line(style, level + 1, out);
          escape(keyText(entry.getKey()), style.ascii(), out);
          out.append(style.key());
          content |= entry.getKey() instanceof MarkedText key && key.hasContent();
          content |= json(entry.getValue(), style, level + 1, out);
          start = style.item();
        }
        close(map.entries().isEmpty(), '{', '}', style, level, out);
      }
      case Undefined undefined -> throw undefined.use();
      case Fields _, Function _ -> throw Values.expected("something JSON can hold", value);
    }
    budget.characters(
        value instanceof Sequence || value instanceof Mapping ? 2 : out.length() - before);
    budget.leave();
    return content;
  }

  private static Iterator<Map.Entry<Value, Value>> entries(Mapping map, boolean sorted) {
    return sorted
        ? map.entries().entrySet().stream()
            .sorted((a, b) -> keyText(a.getKey()).compareTo(keyText(b.getKey())))
            .iterator()
        : map.entries().entrySet().iterator();
  }

  private static String keyText(Value key) {
    return switch (key) {
      case MarkedText text -> text.text();
      case Whole number -> Long.toString(number.value());
      case Real number -> realJson(number.value());
      case Truth truth -> truth == Truth.TRUE ? "true" : "false";
      case Nothing _ -> "null";
      default -> throw Values.expected("a key", key);
    };
  }

  private static String realJson(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    return Double.isInfinite(value) ? (value > 0 ? "Infinity" : "-Infinity") : real(value);
  }

  private void line(JsonStyle style, int level, StringBuilder out) {
    if (style.indent() >= 0) {
      int width = Math.multiplyExact(style.indent(), level);
      budget.characters(width + 1L);
      out.append('\n').repeat(' ', width);
    }
  }

  private void close(
      boolean empty, char open, char end, JsonStyle style, int level, StringBuilder out) {
    if (empty) {
      out.append(open);
    } else {
      line(style, level, out);
    }
    out.append(end);
  }

  private static void escape(String text, boolean ascii, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || (ascii && c > 0x7f)) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** Texts joined by a separator. */
  MarkedText join(List<Value> items, MarkedText separator) {
    MarkedText.Builder out = new MarkedText.Builder(budget);
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        out.append(separator);
      }
      out.append(str(items.get(i)));
    }
    return out.build();
  }
}
