package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Value.Function;
import io.myelin.engine.jinja.Value.Mapping;
import io.myelin.engine.jinja.Value.Nothing;
import io.myelin.engine.jinja.Value.Sequence;
import io.myelin.engine.jinja.Value.Truth;
import io.myelin.engine.jinja.Value.Undefined;
import io.myelin.engine.jinja.Value.Whole;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Methods of Python's types; those that change a value are refused, as transformers does. */
final class Methods {
  private static final Set<String> CHANGING =
      Set.of("append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "sort");

  private final Texts texts;
  private final Operators operators;
  private final Budget budget;

  Methods(Texts texts, Operators operators, Budget budget) {
    this.texts = texts;
    this.operators = operators;
    this.budget = budget;
  }

  /** A method of a value; null if its type has none of this name. */
  @Nullable Value find(Value target, String name) {
    return switch (target) {
      case MarkedText text -> ofText(text, name);
      case Mapping map -> ofMapping(map, name);
      case Sequence list -> ofSequence(list, name);
      default -> null;
    };
  }

  private static Undefined refused(String type, String name) {
    return new Undefined(name + " of a " + type + " changes it, which templates may not");
  }

  private @Nullable Value ofMapping(Mapping map, String name) {
    return switch (name) {
      case "items" -> (Function) arguments -> list(Values.pairs(map));
      case "keys" -> (Function) arguments -> list(List.copyOf(map.entries().keySet()));
      case "values" -> (Function) arguments -> list(List.copyOf(map.entries().values()));
      case "copy" -> (Function) arguments -> map;
      case "get" ->
          (Function)
              arguments -> {
                Value found = map.entries().get(Values.key(arguments.get(0, "key")));
                Value otherwise = arguments.find(1, "default");
                return found != null ? found : otherwise != null ? otherwise : Nothing.NONE;
              };
      case "update", "setdefault" -> refused("dict", name);
      default -> CHANGING.contains(name) ? refused("dict", name) : null;
    };
  }

  private Value list(List<Value> items) {
    budget.items(items.size());
    return Sequence.list(items);
  }

  private @Nullable Value ofSequence(Sequence list, String name) {
    return switch (name) {
      case "count" ->
          (Function)
              arguments ->
                  new Whole(
                      list.items().stream()
                          .filter(item -> operators.equal(item, arguments.get(0, "value")))
                          .count());
      case "index" ->
          (Function)
              arguments -> {
                for (int i = 0; i < list.items().size(); i++) {
                  if (operators.equal(list.items().get(i), arguments.get(0, "value"))) {
                    return new Whole(i);
                  }
                }
                throw new TemplateException("index: no such item");
              };
      default -> CHANGING.contains(name) ? refused("list", name) : null;
    };
  }

  private @Nullable Value ofText(MarkedText text, String name) {
    return switch (name) {
      case "strip" -> (Function) a -> texts.strip(text, characters(a), true, true);
      case "lstrip" -> (Function) a -> texts.strip(text, characters(a), true, false);
      case "rstrip" -> (Function) a -> texts.strip(text, characters(a), false, true);
      case "upper" -> (Function) a -> texts.upper(text);
      case "lower" -> (Function) a -> texts.lower(text);
      case "title" -> (Function) a -> texts.title(text);
      case "capitalize" -> (Function) a -> texts.capitalize(text);
      case "startswith" -> (Function) a -> Truth.of(anyEdge(text, a, true));
      case "endswith" -> (Function) a -> Truth.of(anyEdge(text, a, false));
      case "replace" ->
          (Function)
              a -> texts.replace(text, a.text(0, "old"), a.text(1, "new"), a.whole(2, "count", -1));
      case "split" -> (Function) a -> texts.split(text, separator(a), a.whole(1, "maxsplit", -1));
      case "rsplit" ->
          (Function) a -> texts.splitRight(text, separator(a), a.whole(1, "maxsplit", -1));
      case "splitlines" -> (Function) a -> texts.lines(text, a.truth(0, "keepends", false));
      case "partition" -> (Function) a -> texts.partition(text, a.text(0, "sep"), true);
      case "rpartition" -> (Function) a -> texts.partition(text, a.text(0, "sep"), false);
      case "removeprefix" -> (Function) a -> texts.removeEdge(text, a.text(0, "prefix"), true);
      case "removesuffix" -> (Function) a -> texts.removeEdge(text, a.text(0, "suffix"), false);
      case "join" -> (Function) a -> texts.join(text, Values.items(a.get(0, "iterable")));
      case "format" -> (Function) a -> texts.format(text, a);
      case "find" -> (Function) a -> texts.find(text, a.text(0, "sub"), true);
      case "rfind" -> (Function) a -> texts.find(text, a.text(0, "sub"), false);
      case "count" -> (Function) a -> texts.count(text, a.text(0, "sub"));
      case "isdigit", "isdecimal", "isnumeric" ->
          (Function) a -> Truth.of(all(text, Character::isDigit));
      case "isalpha" -> (Function) a -> Truth.of(all(text, Character::isLetter));
      case "isalnum" -> (Function) a -> Truth.of(all(text, Character::isLetterOrDigit));
      case "isspace" -> (Function) a -> Truth.of(all(text, c -> Python.isSpace((char) c)));
      case "isupper" -> (Function) a -> Truth.of(texts.cased(text, true));
      case "islower" -> (Function) a -> Truth.of(texts.cased(text, false));
      default -> null;
    };
  }

  private static boolean all(MarkedText text, java.util.function.IntPredicate test) {
    return text.length() > 0 && text.text().codePoints().allMatch(test);
  }

  private static @Nullable String characters(Arguments arguments) {
    Value given = arguments.find(0, "chars");
    return given == null || given == Nothing.NONE ? null : Values.text(given).text();
  }

  private static @Nullable MarkedText separator(Arguments arguments) {
    Value given = arguments.find(0, "sep");
    return given == null || given == Nothing.NONE ? null : Values.text(given);
  }

  private boolean anyEdge(MarkedText text, Arguments arguments, boolean start) {
    Value given = arguments.get(0, "prefix");
    List<Value> candidates = given instanceof Sequence list ? list.items() : List.of(given);
    for (Value candidate : candidates) {
      String edge = Values.text(candidate).text();
      budget.scan(edge.length());
      if (start ? text.text().startsWith(edge) : text.text().endsWith(edge)) {
        return true;
      }
    }
    return false;
  }
}
