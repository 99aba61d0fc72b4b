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

/** Jinja's tests: what may stand after {@code is}. */
final class Tests {
  private final Operators operators;
  private final Texts texts;

  Tests(Operators operators, Texts texts) {
    this.operators = operators;
    this.texts = texts;
  }

  boolean apply(String name, Value value, Arguments a) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == Nothing.NONE;
      case "string" -> value instanceof MarkedText;
      case "number" -> Values.isNumber(value);
      case "integer" -> value instanceof Whole;
      case "float" -> value instanceof Real;
      case "boolean" -> value instanceof Truth;
      case "true" -> value == Truth.TRUE;
      case "false" -> value == Truth.FALSE;
      case "mapping" -> value instanceof Mapping;
      case "sequence", "iterable" -> goesThrough(value);
      case "callable" -> value instanceof Function;
      case "odd" -> Math.floorMod(Values.whole(value), 2L) == 1;
      case "even" -> Math.floorMod(Values.whole(value), 2L) == 0;
      case "divisibleby" -> divisible(Values.whole(value), Values.whole(a.get(0, "num")));
      case "equalto", "eq", "==" -> operators.equal(value, a.get(0, "other"));
      case "ne", "!=" -> !operators.equal(value, a.get(0, "other"));
      case "lessthan", "lt", "<" -> operators.order(value, a.get(0, "other")) < 0;
      case "le", "<=" -> operators.order(value, a.get(0, "other")) <= 0;
      case "greaterthan", "gt", ">" -> operators.order(value, a.get(0, "other")) > 0;
      case "ge", ">=" -> operators.order(value, a.get(0, "other")) >= 0;
      case "in" -> operators.contains(a.get(0, "seq"), value);
      case "sameas" -> value.equals(a.get(0, "other"));
      case "upper" -> value instanceof MarkedText text && texts.cased(text, true);
      case "lower" -> value instanceof MarkedText text && texts.cased(text, false);
      default -> throw new TemplateException("test " + name + " is not supported");
    };
  }

  private static boolean divisible(long value, long by) {
    if (by == 0) {
      throw new TemplateException("divisibleby: 0 (expected: another number)");
    }
    return value % by == 0;
  }

  private static boolean goesThrough(Value value) {
    return switch (value) {
      case MarkedText _, Sequence _, Mapping _, Undefined _ -> true;
      case Whole _, Real _, Truth _, Nothing _, Fields _, Function _ -> false;
    };
  }
}
