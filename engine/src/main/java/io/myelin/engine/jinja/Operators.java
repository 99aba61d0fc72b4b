package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Value.Mapping;
import io.myelin.engine.jinja.Value.Real;
import io.myelin.engine.jinja.Value.Sequence;
import io.myelin.engine.jinja.Value.Truth;
import io.myelin.engine.jinja.Value.Undefined;
import io.myelin.engine.jinja.Value.Whole;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's arithmetic and comparisons. */
final class Operators {
  private final Budget budget;
  private final Printer printer;

  Operators(Budget budget, Printer printer) {
    this.budget = budget;
    this.printer = printer;
  }

  Value binary(String operator, Value left, Value right) {
    if (operator.equals("~")) {
      return concat(printer.str(left), printer.str(right));
    }
    for (Value operand : List.of(left, right)) {
      if (operand instanceof Undefined undefined) {
        throw undefined.use();
      }
    }
    try {
      return switch (operator) {
        case "+" -> add(left, right);
        case "*" -> multiply(left, right);
        case "%" ->
            left instanceof MarkedText format
                ? new Formats(budget, printer).percent(format, right)
                : arithmetic(operator, left, right);
        default -> arithmetic(operator, left, right);
      };
    } catch (ArithmeticException e) {
      throw new TemplateException("arithmetic: " + e.getMessage());
    }
  }

  private MarkedText concat(MarkedText left, MarkedText right) {
    return new MarkedText.Builder(budget).append(left).append(right).build();
  }

  private Value add(Value left, Value right) {
    if (left instanceof MarkedText first && right instanceof MarkedText second) {
      return concat(first, second);
    }
    if (left instanceof Sequence first
        && right instanceof Sequence second
        && first.tuple() == second.tuple()) {
      budget.items(first.items().size() + second.items().size());
      List<Value> all = new ArrayList<>(first.items());
      all.addAll(second.items());
      return new Sequence(all, first.tuple());
    }
    return arithmetic("+", left, right);
  }

  private Value multiply(Value left, Value right) {
    if (Values.isNumber(left) && !Values.isNumber(right)) {
      return multiply(right, left);
    }
    if (left instanceof MarkedText text && right instanceof Whole times) {
      long count = Math.max(0, times.value());
      budget.characters(Math.multiplyExact(count, (long) text.length()));
      MarkedText.Builder out = new MarkedText.Builder(budget);
      for (long i = 0; i < count && text.length() > 0; i++) {
        out.append(text);
      }
      return out.build();
    }
    if (left instanceof Sequence list && right instanceof Whole times) {
      int count = Math.toIntExact(Math.max(0, times.value()));
      budget.items(Math.multiplyExact(count, list.items().size()));
      List<Value> all = new ArrayList<>();
      for (int i = 0; i < count && !list.items().isEmpty(); i++) {
        all.addAll(list.items());
      }
      return new Sequence(all, list.tuple());
    }
    return arithmetic("*", left, right);
  }

  private static Value arithmetic(String operator, Value left, Value right) {
    if (!Values.isNumber(left) || !Values.isNumber(right)) {
      throw new TemplateException(
          Values.kind(left) + " " + operator + " " + Values.kind(right) + " makes no sense");
    }
    boolean real = left instanceof Real || right instanceof Real || operator.equals("/");
    return real
        ? new Real(arithmetic(operator, Values.real(left), Values.real(right)))
        : whole(operator, Values.whole(left), Values.whole(right));
  }

  private static double arithmetic(String operator, double left, double right) {
    if (right == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new ArithmeticException("division by zero");
    }
    return switch (operator) {
      case "+" -> left + right;
      case "-" -> left - right;
      case "*" -> left * right;
      case "/" -> left / right;
      case "//" -> Math.floor(left / right);
      case "%" -> left - right * Math.floor(left / right);
      case "**" -> Math.pow(left, right);
      default -> throw new TemplateException("operator " + operator + " is not supported");
    };
  }

  private static Value whole(String operator, long left, long right) {
    if (operator.equals("**")) {
      double power = Math.pow((double) left, (double) right);
      if (right < 0) {
        return new Real(power);
      }
      if (Math.abs(power) >= 1L << 53) {
        throw new ArithmeticException("integer overflow");
      }
      return new Whole((long) power);
    }
    return new Whole(
        switch (operator) {
          case "+" -> Math.addExact(left, right);
          case "-" -> Math.subtractExact(left, right);
          case "*" -> Math.multiplyExact(left, right);
          case "//" -> Math.floorDiv(left, right);
          case "%" -> Math.floorMod(left, right);
          default -> throw new TemplateException("operator " + operator + " is not supported");
        });
  }

  Value minus(Value operand) {
    return switch (operand) {
      case Real number -> new Real(-number.value());
      case Whole _, Truth _ -> binary("-", new Whole(0), operand);
      default -> throw Values.expected("a number", operand);
    };
  }

  boolean compare(String operator, Value left, Value right) {
    return switch (operator) {
      case "==" -> equal(left, right);
      case "!=" -> !equal(left, right);
      case "<" -> order(left, right) < 0;
      case "<=" -> order(left, right) <= 0;
      case ">" -> order(left, right) > 0;
      case ">=" -> order(left, right) >= 0;
      case "in" -> contains(right, left);
      case "not in" -> !contains(right, left);
      default -> throw new TemplateException("operator " + operator + " is not supported");
    };
  }

  boolean equal(Value left, Value right) {
    budget.enter();
    boolean equal = equalInside(left, right);
    budget.leave();
    return equal;
  }

  private boolean equalInside(Value left, Value right) {
    if (Values.isNumber(left) && Values.isNumber(right)) {
      return (left instanceof Real || right instanceof Real)
          ? Values.real(left) == Values.real(right)
          : Values.whole(left) == Values.whole(right);
    }
    if (left instanceof Undefined) {
      return right instanceof Undefined;
    }
    if (left instanceof Sequence first && right instanceof Sequence second) {
      boolean equal =
          first.tuple() == second.tuple() && first.items().size() == second.items().size();
      for (int i = 0; equal && i < first.items().size(); i++) {
        equal = equal(first.items().get(i), second.items().get(i));
      }
      return equal;
    }
    if (left instanceof Mapping first && right instanceof Mapping second) {
      boolean equal = first.entries().size() == second.entries().size();
      for (Map.Entry<Value, Value> entry : first.entries().entrySet()) {
        Value other = second.entries().get(entry.getKey());
        equal &= other != null && equal(entry.getValue(), other);
      }
      return equal;
    }
    return left.equals(right);
  }

  int order(Value left, Value right) {
    budget.enter();
    int order;
    if (Values.isNumber(left) && Values.isNumber(right)) {
      order =
          left instanceof Real || right instanceof Real
              ? Double.compare(Values.real(left), Values.real(right))
              : Long.compare(Values.whole(left), Values.whole(right));
    } else if (left instanceof MarkedText first && right instanceof MarkedText second) {
      order = first.text().compareTo(second.text());
    } else if (left instanceof Sequence first && right instanceof Sequence second) {
      order = orderOfItems(first.items(), second.items());
    } else {
      throw left instanceof Undefined undefined
          ? undefined.use()
          : Values.expected("something to compare with " + Values.kind(left), right);
    }
    budget.leave();
    return order;
  }

  private int orderOfItems(List<Value> left, List<Value> right) {
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      if (!equal(left.get(i), right.get(i))) {
        return order(left.get(i), right.get(i));
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  boolean contains(Value container, Value item) {
    return switch (container) {
      case MarkedText text -> {
        budget.scan(text.length());
        yield text.text().contains(Values.text(item).text());
      }
      case Mapping map -> map.entries().containsKey(Values.key(item));
      default -> {
        for (Value each : Values.items(container)) {
          if (equal(each, item)) {
            yield true;
          }
        }
        yield false;
      }
    };
  }
}
