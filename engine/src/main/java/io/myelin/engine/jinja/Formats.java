package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Value.Mapping;
import io.myelin.engine.jinja.Value.Sequence;
import java.util.List;
import java.util.Locale;

/** Text with values put in: Python's {@code %} and {@code format}, without field widths. */
final class Formats {
  private final Budget budget;
  private final Printer printer;

  Formats(Budget budget, Printer printer) {
    this.budget = budget;
    this.printer = printer;
  }

  /** {@code '%s is %d' % values}. */
  MarkedText percent(MarkedText format, Value values) {
    List<Value> given =
        values instanceof Sequence list && list.tuple() ? list.items() : List.of(values);
    MarkedText.Builder out = new MarkedText.Builder(budget);
    String text = format.text();
    int next = 0;
    int from = 0;
    for (int at = text.indexOf('%'); at >= 0; at = text.indexOf('%', from)) {
      out.append(format.slice(from, at));
      char type = at + 1 < text.length() ? text.charAt(at + 1) : ' ';
      from = at + 2;
      if (type == '%') {
        out.append(format.slice(at, at + 1));
        continue;
      }
      if (next == given.size()) {
        throw new TemplateException("not enough values for the format " + brief(text));
      }
      Value value = given.get(next++);
      switch (type) {
        case 's' -> out.append(printer.str(value));
        case 'd', 'i' -> out.append(Long.toString((long) Values.real(value)));
        case 'f' -> out.append(String.format(Locale.ROOT, "%f", Values.real(value)));
        default -> throw new TemplateException("format %" + type + " is not supported");
      }
    }
    if (next < given.size() && !(values instanceof Mapping)) {
      throw new TemplateException("too many values for the format " + brief(text));
    }
    return out.append(format.slice(Math.min(from, text.length()), text.length())).build();
  }

  /** {@code '{} and {0} and {name}'.format(...)}. */
  MarkedText braces(MarkedText format, Arguments values) {
    MarkedText.Builder out = new MarkedText.Builder(budget);
    String text = format.text();
    int next = 0;
    for (int at = 0; at < text.length(); ) {
      char c = text.charAt(at);
      if (c != '{' && c != '}') {
        int to = at;
        while (to < text.length() && text.charAt(to) != '{' && text.charAt(to) != '}') {
          to++;
        }
        out.append(format.slice(at, to));
        at = to;
      } else if (text.startsWith(c == '{' ? "{{" : "}}", at)) {
        out.append(format.slice(at, at + 1));
        at += 2;
      } else {
        int end = text.indexOf('}', at);
        String field = c == '{' && end >= 0 ? text.substring(at + 1, end) : "}";
        if (!field.matches("[A-Za-z0-9_]*")) {
          throw new TemplateException("format " + brief(text) + " is not supported");
        }
        out.append(printer.str(field(field, field.isEmpty() ? next++ : -1, values)));
        at = end + 1;
      }
    }
    return out.build();
  }

  private static Value field(String field, int next, Arguments values) {
    if (field.isEmpty()) {
      return values.get(next, "of a format");
    }
    return field.matches("[0-9]{1,4}")
        ? values.get(Integer.parseInt(field), "of a format")
        : values.get(Integer.MAX_VALUE, field);
  }

  private static String brief(String text) {
    return "\"" + (text.length() <= 40 ? text : text.substring(0, 40) + "…") + "\"";
  }
}
