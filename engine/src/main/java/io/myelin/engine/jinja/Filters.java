package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Printer.JsonStyle;
import io.myelin.engine.jinja.Value.Fields;
import io.myelin.engine.jinja.Value.Function;
import io.myelin.engine.jinja.Value.Mapping;
import io.myelin.engine.jinja.Value.Nothing;
import io.myelin.engine.jinja.Value.Real;
import io.myelin.engine.jinja.Value.Sequence;
import io.myelin.engine.jinja.Value.Truth;
import io.myelin.engine.jinja.Value.Undefined;
import io.myelin.engine.jinja.Value.Whole;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/** Jinja's filters, those that chat templates use. */
final class Filters {
  private static final int MAX_INDENT = 256;

  private final Evaluator evaluator;
  private final Budget budget;
  private final Printer printer;
  private final Texts texts;
  private final Operators operators;

  Filters(Evaluator evaluator, Budget budget, Printer printer, Texts texts, Operators operators) {
    this.evaluator = evaluator;
    this.budget = budget;
    this.printer = printer;
    this.texts = texts;
    this.operators = operators;
  }

  Value apply(String name, Value target, Arguments a) {
    return switch (name) {
      case "default", "d" -> otherwise(target, a);
      case "length", "count" -> new Whole(Values.length(target));
      case "trim" -> trim(target, a);
      case "upper" -> texts.upper(printer.str(target));
      case "lower" -> texts.lower(printer.str(target));
      case "title" -> texts.title(printer.str(target));
      case "capitalize" -> texts.capitalize(printer.str(target));
      case "replace" ->
          texts.replace(
              printer.str(target), a.text(0, "old"), a.text(1, "new"), a.whole(2, "count", -1));
      case "indent" -> indent(target, a);
      case "string", "safe" -> printer.str(target);
      case "tojson" -> json(target, a);
      case "join" -> join(target, a);
      case "list" -> list(Values.items(target));
      case "first" -> edge(target, true);
      case "last" -> edge(target, false);
      case "items" -> target instanceof Undefined ? list(List.of()) : pairs(target);
      case "dictsort" -> dictsort(target, a);
      case "sort" -> sort(target, a);
      case "unique" -> unique(target, a);
      case "reverse" -> reverse(target);
      case "map" -> map(target, a);
      case "select" -> select(target, a, true);
      case "reject" -> select(target, a, false);
      case "selectattr" -> selectByField(target, a, true);
      case "rejectattr" -> selectByField(target, a, false);
      case "min" -> extreme(target, -1);
      case "max" -> extreme(target, 1);
      case "sum" -> sum(target, a);
      case "int" -> whole(target, a);
      case "float" -> real(target, a);
      case "abs" -> absolute(target);
      case "round" -> round(target, a);
      case "attr" -> evaluator.attribute(target, a.text(0, "name").text());
      case "wordcount" -> new Whole(Values.length(texts.split(printer.str(target), null, -1)));
      default -> throw new TemplateException("filter " + name + " is not supported");
    };
  }

  private static Value otherwise(Value target, Arguments a) {
    boolean missing =
        target instanceof Undefined || (a.truth(1, "boolean", false) && !Values.truth(target));
    Value given = a.find(0, "default_value");
    return !missing ? target : given == null ? MarkedText.EMPTY : given;
  }

  private Value trim(Value target, Arguments a) {
    Value characters = a.find(0, "chars");
    return texts.strip(
        printer.str(target),
        characters == null || characters == Nothing.NONE ? null : Values.text(characters).text(),
        true,
        true);
  }

  private Value indent(Value target, Arguments a) {
    Value width = a.find(0, "width");
    String with =
        width instanceof MarkedText text
            ? text.text()
            : " ".repeat(indentation(width == null ? 4 : Values.whole(width)));
    return texts.indent(
        printer.str(target), with, a.truth(1, "first", false), a.truth(2, "blank", false));
  }

  private static int indentation(long width) {
    if (width > MAX_INDENT) {
      throw new TemplateException("indent: " + width + " (expected: at most " + MAX_INDENT + ")");
    }
    return (int) Math.max(0, width);
  }

  private Value json(Value target, Arguments a) {
    Value indent = a.named().get("indent");
    Value separators = a.named().get("separators");
    boolean oneLine = indent == null || indent == Nothing.NONE;
    String item = oneLine ? ", " : ",";
    String key = ": ";
    if (separators instanceof Sequence given && given.items().size() == 2) {
      item = Values.text(given.items().get(0)).text();
      key = Values.text(given.items().get(1)).text();
    }
    boolean ascii = a.truth(Integer.MAX_VALUE, "ensure_ascii", false);
    boolean sorted = a.truth(Integer.MAX_VALUE, "sort_keys", false);
    int spaces = indent == null || oneLine ? -1 : indentation(Values.whole(indent));
    return printer.json(target, new JsonStyle(spaces, item, key, ascii, sorted));
  }

  private Value join(Value target, Arguments a) {
    Value separator = a.find(0, "d");
    List<Value> items = Values.items(target);
    Value field = a.find(1, "attribute");
    if (field != null) {
      items = items.stream().map(item -> path(item, field)).toList();
    }
    return printer.join(items, separator == null ? MarkedText.EMPTY : printer.str(separator));
  }

  private Value list(List<Value> items) {
    budget.items(items.size());
    return Sequence.list(items);
  }

  private static Value edge(Value target, boolean first) {
    List<Value> items = Values.items(target);
    return items.isEmpty()
        ? new Undefined("no " + (first ? "first" : "last") + " item of nothing")
        : first ? items.getFirst() : items.getLast();
  }

  private Value pairs(Value target) {
    if (target instanceof Mapping map) {
      return list(Values.pairs(map));
    }
    throw Values.expected("a dict", target);
  }

  private Value dictsort(Value target, Arguments a) {
    boolean caseSensitive = a.truth(0, "case_sensitive", false);
    Value by = a.find(1, "by");
    int index = by != null && Values.text(by).text().equals("value") ? 1 : 0;
    boolean reverse = a.truth(2, "reverse", false);
    return sorted(
        Values.items(pairs(target)),
        pair -> folded(((Sequence) pair).items().get(index), caseSensitive),
        reverse);
  }

  private Value sort(Value target, Arguments a) {
    Value field = a.find(2, "attribute");
    boolean caseSensitive = a.truth(1, "case_sensitive", false);
    return sorted(
        Values.items(target),
        item -> folded(field == null ? item : path(item, field), caseSensitive),
        a.truth(0, "reverse", false));
  }

  private Value sorted(List<Value> items, UnaryOperator<Value> key, boolean reverse) {
    budget.items(items.size());
    Comparator<Value> order = (x, y) -> operators.order(key.apply(x), key.apply(y));
    List<Value> sorted = new ArrayList<>(items);
    sorted.sort(reverse ? order.reversed() : order);
    return Sequence.list(sorted);
  }

  private Value folded(Value value, boolean caseSensitive) {
    return !caseSensitive && value instanceof MarkedText text ? texts.lower(text) : value;
  }

  private Value unique(Value target, Arguments a) {
    boolean caseSensitive = a.truth(0, "case_sensitive", false);
    Value field = a.find(1, "attribute");
    List<Value> seen = new ArrayList<>();
    List<Value> kept = new ArrayList<>();
    for (Value item : Values.items(target)) {
      Value key = folded(field == null ? item : path(item, field), caseSensitive);
      if (seen.stream().noneMatch(other -> operators.equal(other, key))) {
        seen.add(key);
        kept.add(item);
      }
    }
    return list(kept);
  }

  private Value reverse(Value target) {
    if (target instanceof MarkedText text) {
      List<Value> characters = new ArrayList<>(Values.items(text));
      budget.items(characters.size());
      return printer.join(characters.reversed(), MarkedText.EMPTY);
    }
    return list(new ArrayList<>(Values.items(target).reversed()));
  }

  // Jinja lets these filters take None and false for nothing.
  private static List<Value> itemsIfAny(Value target) {
    return Values.truth(target) ? Values.items(target) : List.of();
  }

  private Value map(Value target, Arguments a) {
    Value field = a.named().get("attribute");
    List<Value> mapped = new ArrayList<>();
    for (Value item : itemsIfAny(target)) {
      budget.step();
      if (field != null) {
        Value found = path(item, field);
        Value otherwise = a.named().get("default");
        mapped.add(found instanceof Undefined && otherwise != null ? otherwise : found);
      } else {
        mapped.add(apply(a.text(0, "filter").text(), item, a.from(1)));
      }
    }
    return list(mapped);
  }

  // A dotted path of names and indexes.
  private Value path(Value item, Value field) {
    if (field instanceof Whole) {
      return evaluator.item(item, field);
    }
    Value at = item;
    for (String name : Values.text(field).text().split("\\.")) {
      at =
          evaluator.item(
              at,
              name.matches("[0-9]{1,9}")
                  ? new Whole(Integer.parseInt(name))
                  : MarkedText.template(name));
    }
    return at;
  }

  private Value select(Value target, Arguments a, boolean keep) {
    List<Value> kept = new ArrayList<>();
    for (Value item : itemsIfAny(target)) {
      boolean passes =
          a.positional().isEmpty()
              ? Values.truth(item)
              : evaluator.test(a.text(0, "test").text(), item, a.from(1));
      if (passes == keep) {
        kept.add(item);
      }
    }
    return list(kept);
  }

  private Value selectByField(Value target, Arguments a, boolean keep) {
    List<Value> kept = new ArrayList<>();
    for (Value item : itemsIfAny(target)) {
      Value field = path(item, a.get(0, "attribute"));
      boolean passes =
          a.positional().size() < 2
              ? Values.truth(field)
              : evaluator.test(a.text(1, "test").text(), field, a.from(2));
      if (passes == keep) {
        kept.add(item);
      }
    }
    return list(kept);
  }

  private Value extreme(Value target, int sign) {
    List<Value> items = Values.items(target);
    if (items.isEmpty()) {
      return new Undefined("no smallest or largest item of nothing");
    }
    Value best = items.getFirst();
    for (Value item : items) {
      if (operators.order(folded(item, false), folded(best, false)) * sign > 0) {
        best = item;
      }
    }
    return best;
  }

  private Value sum(Value target, Arguments a) {
    Value field = a.find(0, "attribute");
    Value sum = new Whole(0);
    for (Value item : Values.items(target)) {
      sum = operators.binary("+", sum, field == null ? item : path(item, field));
    }
    return sum;
  }

  private static Value whole(Value target, Arguments a) {
    Value otherwise = a.find(0, "default");
    try {
      return switch (target) {
        case Real number -> new Whole((long) number.value());
        case MarkedText text -> new Whole(Long.parseLong(text.text().strip()));
        case Whole _, Truth _ -> new Whole(Values.whole(target));
        case Nothing _, Undefined _, Sequence _, Mapping _, Fields _, Function _ ->
            otherwise == null ? new Whole(0) : otherwise;
      };
    } catch (NumberFormatException e) {
      return otherwise == null ? new Whole(0) : otherwise;
    }
  }

  private static Value real(Value target, Arguments a) {
    Value otherwise = a.find(0, "default");
    try {
      return target instanceof MarkedText text
          ? new Real(Double.parseDouble(text.text().strip()))
          : new Real(Values.real(target));
    } catch (NumberFormatException | TemplateException e) {
      return otherwise == null ? new Real(0) : otherwise;
    }
  }

  private Value absolute(Value target) {
    return Values.real(target) < 0 ? operators.minus(target) : target;
  }

  private static Value round(Value target, Arguments a) {
    double scale = Math.pow(10, (double) a.whole(0, "precision", 0));
    Value method = a.find(1, "method");
    double scaled = Values.real(target) * scale;
    double rounded =
        switch (method == null ? "common" : Values.text(method).text()) {
          case "ceil" -> Math.ceil(scaled);
          case "floor" -> Math.floor(scaled);
          default -> Math.rint(scaled);
        };
    return new Real(rounded / scale);
  }
}
