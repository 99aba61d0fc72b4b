package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Value.Fields;
import io.myelin.engine.jinja.Value.Function;
import io.myelin.engine.jinja.Value.Mapping;
import io.myelin.engine.jinja.Value.Nothing;
import io.myelin.engine.jinja.Value.Sequence;
import io.myelin.engine.jinja.Value.Truth;
import io.myelin.engine.jinja.Value.Undefined;
import io.myelin.engine.jinja.Value.Whole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Works expressions out. */
final class Evaluator {
  private final Budget budget;
  private final Printer printer;
  private final Operators operators;
  private final Methods methods;
  private final Filters filters;
  private final Tests tests;

  Evaluator(Budget budget) {
    this.budget = budget;
    this.printer = new Printer(budget);
    this.operators = new Operators(budget, printer);
    Texts texts = new Texts(budget, printer);
    this.methods = new Methods(texts, operators, budget);
    this.filters = new Filters(this, budget, printer, texts, operators);
    this.tests = new Tests(operators, texts);
  }

  MarkedText str(Value value) {
    return printer.str(value);
  }

  Value evaluate(Expr expression, Scope scope) {
    budget.enter();
    Value value = inside(expression, scope);
    budget.leave();
    return value;
  }

  private Value inside(Expr expression, Scope scope) {
    return switch (expression) {
      case Expr.Literal literal -> literal.value();
      case Expr.Name name -> {
        Value found = scope.find(name.name());
        yield found == null ? new Undefined("'" + name.name() + "' is undefined") : found;
      }
      case Expr.ListOf list -> new Sequence(all(list.items(), scope), list.tuple());
      case Expr.DictOf dict -> {
        Map<Value, Value> entries = new LinkedHashMap<>();
        budget.items(dict.entries().size());
        for (Expr.Entry entry : dict.entries()) {
          Value key = Values.key(evaluate(entry.key(), scope));
          entries.put(key, evaluate(entry.value(), scope));
        }
        yield new Mapping(entries);
      }
      case Expr.Attribute attribute ->
          attribute(evaluate(attribute.target(), scope), attribute.name());
      case Expr.Item item -> item(evaluate(item.target(), scope), evaluate(item.key(), scope));
      case Expr.Slice slice ->
          slice(
              evaluate(slice.target(), scope),
              bound(slice.from(), scope),
              bound(slice.to(), scope),
              bound(slice.step(), scope));
      case Expr.Call call -> call(evaluate(call.target(), scope), arguments(call.args(), scope));
      case Expr.Filter filter -> {
        Expr target = filter.target();
        Value value = target == null ? MarkedText.EMPTY : evaluate(target, scope);
        yield filters.apply(filter.name(), value, arguments(filter.args(), scope));
      }
      case Expr.Test test ->
          Truth.of(
              test(test.name(), evaluate(test.target(), scope), arguments(test.args(), scope)));
      case Expr.Not not -> Truth.of(!truth(not.operand(), scope));
      case Expr.Minus minus -> operators.minus(evaluate(minus.operand(), scope));
      case Expr.Plus plus -> evaluate(plus.operand(), scope);
      case Expr.And and -> {
        Value left = evaluate(and.left(), scope);
        yield Values.truth(left) ? evaluate(and.right(), scope) : left;
      }
      case Expr.Or or -> {
        Value left = evaluate(or.left(), scope);
        yield Values.truth(left) ? left : evaluate(or.right(), scope);
      }
      case Expr.Binary binary ->
          operators.binary(
              binary.operator(), evaluate(binary.left(), scope), evaluate(binary.right(), scope));
      case Expr.Compare compare -> Truth.of(compare(compare, scope));
      case Expr.Conditional conditional -> {
        Expr otherwise = conditional.otherwise();
        yield truth(conditional.test(), scope)
            ? evaluate(conditional.then(), scope)
            : otherwise == null
                ? new Undefined("an if without else gave nothing")
                : evaluate(otherwise, scope);
      }
    };
  }

  boolean truth(Expr expression, Scope scope) {
    return Values.truth(evaluate(expression, scope));
  }

  private List<Value> all(List<Expr> expressions, Scope scope) {
    budget.items(expressions.size());
    List<Value> values = new ArrayList<>();
    for (Expr expression : expressions) {
      values.add(evaluate(expression, scope));
    }
    return values;
  }

  private Arguments arguments(Expr.Args args, Scope scope) {
    if (args.positional().isEmpty() && args.named().isEmpty()) {
      return Arguments.NONE;
    }
    Map<String, Value> named = new LinkedHashMap<>();
    List<Value> positional = all(args.positional(), scope);
    for (Expr.Named argument : args.named()) {
      named.put(argument.name(), evaluate(argument.value(), scope));
    }
    return new Arguments(positional, named);
  }

  private boolean compare(Expr.Compare compare, Scope scope) {
    Value left = evaluate(compare.first(), scope);
    for (Expr.Operand operand : compare.rest()) {
      Value right = evaluate(operand.value(), scope);
      if (!operators.compare(operand.operator(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  boolean test(String name, Value value, Arguments arguments) {
    budget.step();
    return tests.apply(name, value, arguments);
  }

  /** The filters of a block on what it printed. */
  Value filterBlock(Expr filter, MarkedText printed, Scope scope) {
    if (!(filter instanceof Expr.Filter named)) {
      return printed;
    }
    Expr target = named.target();
    Value value = target == null ? printed : filterBlock(target, printed, scope);
    return filters.apply(named.name(), value, arguments(named.args(), scope));
  }

  /** Calls a macro that may call back. */
  Value call(Expr.Call call, Function caller, Scope scope) {
    Arguments arguments = arguments(call.args(), scope);
    Map<String, Value> named = new LinkedHashMap<>(arguments.named());
    named.put("caller", caller);
    return call(evaluate(call.target(), scope), new Arguments(arguments.positional(), named));
  }

  private static Value call(Value target, Arguments arguments) {
    return switch (target) {
      case Function function -> function.call(arguments);
      default -> throw Values.expected("something to call", target);
    };
  }

  /** {@code target.name}: a method before an entry, as in Jinja. */
  Value attribute(Value target, String name) {
    if (target instanceof Undefined undefined) {
      throw undefined.use();
    }
    if (target instanceof Fields fields) {
      return fields.field(name);
    }
    Value method = methods.find(target, name);
    if (method != null) {
      return method;
    }
    Value entry =
        target instanceof Mapping map ? map.entries().get(MarkedText.template(name)) : null;
    return entry == null ? missing(target, name) : entry;
  }

  private static Undefined missing(Value target, String name) {
    return new Undefined("'" + Values.kind(target) + "' has no '" + name + "'");
  }

  /** {@code target[key]}: an entry before a method. */
  Value item(Value target, Value key) {
    if (target instanceof Undefined undefined) {
      throw undefined.use();
    }
    Value found =
        switch (target) {
          case Mapping map -> map.entries().get(Values.key(key));
          case Sequence list when key instanceof Whole || key instanceof Truth ->
              at(list.items(), Values.whole(key));
          case MarkedText text when key instanceof Whole -> character(text, Values.whole(key));
          default -> null;
        };
    if (found != null) {
      return found;
    }
    return key instanceof MarkedText name
        ? attribute(target, name.text())
        : missing(target, printer.str(key).text());
  }

  private static @Nullable Value at(List<Value> items, long index) {
    long from = index < 0 ? index + items.size() : index;
    return from >= 0 && from < items.size() ? items.get((int) from) : null;
  }

  private @Nullable Value character(MarkedText text, long index) {
    budget.scan(text.length());
    String characters = text.text();
    int count = characters.codePointCount(0, characters.length());
    long from = index < 0 ? index + count : index;
    if (from < 0 || from >= count) {
      return null;
    }
    int start = characters.offsetByCodePoints(0, (int) from);
    return text.slice(start, characters.offsetByCodePoints(start, 1));
  }

  private @Nullable Long bound(@Nullable Expr expression, Scope scope) {
    if (expression == null) {
      return null;
    }
    Value value = evaluate(expression, scope);
    return value == Nothing.NONE ? null : Values.whole(value);
  }

  // Python's rules for negative, missing and too large bounds.
  private Value slice(
      Value target, @Nullable Long from, @Nullable Long to, @Nullable Long givenStep) {
    long step =
        givenStep == null ? 1 : Math.clamp(givenStep, -Integer.MAX_VALUE, Integer.MAX_VALUE);
    if (step == 0) {
      throw new TemplateException("slice: a step of 0");
    }
    if (!(target instanceof Sequence) && !(target instanceof MarkedText)) {
      throw Values.expected("something to slice", target);
    }
    int size = Values.length(target);
    long least = step > 0 ? 0 : -1;
    long most = step > 0 ? size : size - 1L;
    long start = from == null ? (step > 0 ? least : most) : bounded(from, size, least, most);
    long end = to == null ? (step > 0 ? most : least) : bounded(to, size, least, most);
    if (target instanceof MarkedText text && step == 1) {
      int begin = text.text().offsetByCodePoints(0, (int) start);
      int length = (int) Math.max(0, end - start);
      budget.characters(length);
      return text.slice(begin, text.text().offsetByCodePoints(begin, length));
    }
    List<Value> items = Values.items(target);
    budget.items(size);
    List<Value> kept = new ArrayList<>();
    for (long i = start; step > 0 ? i < end : i > end; i += step) {
      kept.add(items.get((int) i));
    }
    return target instanceof Sequence list
        ? new Sequence(kept, list.tuple())
        : printer.join(kept, MarkedText.EMPTY);
  }

  private static long bounded(long bound, int size, long least, long most) {
    return Math.clamp(bound < 0 ? bound + size : bound, least, most);
  }
}
