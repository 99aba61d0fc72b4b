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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can be asked of a value, and values of Java's plain data. */
final class Values {
  private static final int MAX_INPUT_DEPTH = 100;

  private Values() {}

  /** A value of plain data: text is content unless it is marked; null is None. */
  static Value of(@Nullable Object data) {
    return of(data, 0);
  }

  private static Value of(@Nullable Object data, int depth) {
    if (depth > MAX_INPUT_DEPTH) {
      throw new TemplateException("input nested deeper than " + MAX_INPUT_DEPTH);
    }
    return switch (data) {
      case null -> Nothing.NONE;
      case Value value -> value;
      case String text -> MarkedText.content(text);
      case Boolean truth -> Truth.of(truth);
      case Integer number -> new Whole(number);
      case Long number -> new Whole(number);
      case Number number -> new Real(number.doubleValue());
      case List<?> list -> {
        List<Value> items = new ArrayList<>();
        list.forEach(item -> items.add(of(item, depth + 1)));
        yield Sequence.list(items);
      }
      case Map<?, ?> map -> {
        Map<Value, Value> entries = new LinkedHashMap<>();
        map.forEach((key, value) -> entries.put(of(key, depth + 1), of(value, depth + 1)));
        yield new Mapping(entries);
      }
      default ->
          throw new IllegalArgumentException(
              "data: " + data.getClass() + " (expected: text, numbers, booleans, lists and maps)");
    };
  }

  static boolean truth(Value value) {
    return switch (value) {
      case MarkedText text -> text.length() > 0;
      case Whole number -> number.value() != 0;
      case Real number -> number.value() != 0;
      case Truth truth -> truth == Truth.TRUE;
      case Nothing _, Undefined _ -> false;
      case Sequence list -> !list.items().isEmpty();
      case Mapping map -> !map.entries().isEmpty();
      case Fields _, Function _ -> true;
    };
  }

  static MarkedText text(Value value) {
    if (value instanceof MarkedText text) {
      return text;
    }
    throw expected("text", value);
  }

  static long whole(Value value) {
    return switch (value) {
      case Whole number -> number.value();
      case Truth truth -> truth == Truth.TRUE ? 1 : 0;
      default -> throw expected("a whole number", value);
    };
  }

  static boolean isNumber(Value value) {
    return value instanceof Whole || value instanceof Real || value instanceof Truth;
  }

  static double real(Value value) {
    return value instanceof Real number ? number.value() : whole(value);
  }

  /** A key of a dict. */
  static Value key(Value value) {
    return switch (value) {
      case MarkedText _, Whole _, Real _, Truth _, Nothing _ -> value;
      case Undefined undefined -> throw undefined.use();
      case Sequence _, Mapping _, Fields _, Function _ -> throw expected("a key", value);
    };
  }

  /** What a for goes through. */
  static List<Value> items(Value value) {
    return switch (value) {
      case Sequence list -> list.items();
      case Mapping map -> List.copyOf(map.entries().keySet());
      case Undefined _ -> List.of();
      case MarkedText text -> {
        List<Value> characters = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
          int next = text.text().offsetByCodePoints(at, 1);
          characters.add(text.slice(at, next));
          at = next;
        }
        yield characters;
      }
      case Whole _, Real _, Truth _, Nothing _, Fields _, Function _ ->
          throw expected("something to go through", value);
    };
  }

  /** A dict's keys and values, two by two. */
  static List<Value> pairs(Mapping map) {
    List<Value> pairs = new ArrayList<>();
    map.entries().forEach((key, value) -> pairs.add(Sequence.tuple(key, value)));
    return pairs;
  }

  /** How many {@link #items} there are. */
  static int length(Value value) {
    return switch (value) {
      case Sequence list -> list.items().size();
      case Mapping map -> map.entries().size();
      case Undefined _ -> 0;
      case MarkedText text -> text.text().codePointCount(0, text.length());
      case Whole _, Real _, Truth _, Nothing _, Fields _, Function _ ->
          throw expected("something with a length", value);
    };
  }

  static TemplateException expected(String what, Value value) {
    return value instanceof Undefined undefined
        ? undefined.use()
        : new TemplateException("expected " + what + ", not " + kind(value));
  }

  /** How many characters of text it holds. */
  static long characters(Value value) {
    return switch (value) {
      case MarkedText text -> text.length();
      case Sequence list -> list.items().stream().mapToLong(Values::characters).sum();
      case Mapping map ->
          map.entries().entrySet().stream()
              .mapToLong(entry -> characters(entry.getKey()) + characters(entry.getValue()))
              .sum();
      case Whole _, Real _, Truth _, Nothing _, Undefined _, Fields _, Function _ -> 0;
    };
  }

  /** A value's type in Python's words. */
  static String kind(Value value) {
    return switch (value) {
      case MarkedText _ -> "str";
      case Whole _ -> "int";
      case Real _ -> "float";
      case Truth _ -> "bool";
      case Nothing _ -> "None";
      case Undefined _ -> "undefined";
      case Sequence list -> list.tuple() ? "tuple" : "list";
      case Mapping _ -> "dict";
      case Fields _ -> "namespace";
      case Function _ -> "function";
    };
  }
}
