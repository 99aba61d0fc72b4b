package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Expr.Args;
import io.myelin.engine.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions, in Jinja's order of precedence. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> NO_TEST_ARGUMENT = Set.of("else", "or", "and", "is", "if", "in");

  private final TokenStream tokens;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** An expression, or several with commas between: a tuple. */
  Expr tuple() {
    Expr first = expression();
    if (!tokens.peek().isOperator(",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      if (endsTuple()) {
        break;
      }
      items.add(expression());
    }
    return new Expr.ListOf(items, true);
  }

  private boolean endsTuple() {
    Token token = tokens.peek();
    return token.is(Kind.PRINT_END)
        || token.is(Kind.BLOCK_END)
        || token.isOperator(")")
        || token.isOperator("]");
  }

  Expr expression() {
    tokens.enter();
    Expr value = or();
    while (tokens.skipName("if")) {
      Expr test = or();
      Expr otherwise = tokens.skipName("else") ? expression() : null;
      value = new Expr.Conditional(test, value, otherwise);
    }
    tokens.leave();
    return value;
  }

  /** An expression without {@code if}: what a for goes through. */
  Expr or() {
    Expr left = and();
    while (tokens.skipName("or")) {
      left = new Expr.Or(left, and());
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (tokens.skipName("and")) {
      left = new Expr.And(left, not());
    }
    return left;
  }

  private Expr not() {
    if (!tokens.skipName("not")) {
      return compare();
    }
    tokens.enter();
    Expr operand = not();
    tokens.leave();
    return new Expr.Not(operand);
  }

  private Expr compare() {
    Expr first = sum();
    List<Expr.Operand> rest = new ArrayList<>();
    while (true) {
      Token token = tokens.peek();
      if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
        tokens.next();
        rest.add(new Expr.Operand(token.text(), sum()));
      } else if (tokens.skipName("in")) {
        rest.add(new Expr.Operand("in", sum()));
      } else if (token.isName("not") && tokens.peekSecond().isName("in")) {
        tokens.next();
        tokens.next();
        rest.add(new Expr.Operand("not in", sum()));
      } else {
        return rest.isEmpty() ? first : new Expr.Compare(first, rest);
      }
    }
  }

  private Expr sum() {
    Expr left = concat();
    while (tokens.peek().isOperator("+") || tokens.peek().isOperator("-")) {
      left = new Expr.Binary(tokens.next().text(), left, concat());
    }
    return left;
  }

  private Expr concat() {
    Expr left = product();
    while (tokens.skipOperator("~")) {
      left = new Expr.Binary("~", left, product());
    }
    return left;
  }

  private Expr product() {
    Expr left = power();
    while (tokens.peek().isOperator("*")
        || tokens.peek().isOperator("/")
        || tokens.peek().isOperator("//")
        || tokens.peek().isOperator("%")) {
      left = new Expr.Binary(tokens.next().text(), left, power());
    }
    return left;
  }

  private Expr power() {
    Expr left = unary(true);
    while (tokens.skipOperator("**")) {
      left = new Expr.Binary("**", left, unary(true));
    }
    return left;
  }

  private Expr unary(boolean filters) {
    tokens.enter();
    Expr value;
    if (tokens.skipOperator("-")) {
      value = new Expr.Minus(unary(false));
    } else if (tokens.skipOperator("+")) {
      value = new Expr.Plus(unary(false));
    } else {
      value = primary();
    }
    value = postfix(value);
    if (filters) {
      value = filtersAndTests(value);
    }
    tokens.leave();
    return value;
  }

  private Expr primary() {
    Token token = tokens.next();
    return switch (token.kind()) {
      case NAME -> named(token.text());
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (tokens.peek().is(Kind.STRING)) {
          text.append(tokens.next().text());
        }
        yield new Expr.Literal(MarkedText.template(text.toString()));
      }
      case WHOLE -> new Expr.Literal(new Value.Whole(whole(token)));
      case REAL -> new Expr.Literal(new Value.Real(Double.parseDouble(token.text())));
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> parentheses();
            case "[" -> new Expr.ListOf(items("]"), false);
            case "{" -> dict();
            default -> throw unexpected(token);
          };
      case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END -> throw unexpected(token);
    };
  }

  private TemplateException unexpected(Token token) {
    return new TemplateException(
        "line " + token.line() + ": unexpected " + token + " (expected: an expression)");
  }

  private long whole(Token token) {
    try {
      return Long.parseLong(token.text());
    } catch (NumberFormatException e) {
      throw tokens.error("number: " + token.text() + " (expected: less than 2^63)");
    }
  }

  private static Expr named(String name) {
    return switch (name) {
      case "true", "True" -> new Expr.Literal(Value.Truth.TRUE);
      case "false", "False" -> new Expr.Literal(Value.Truth.FALSE);
      case "none", "None" -> new Expr.Literal(Value.Nothing.NONE);
      default -> new Expr.Name(name);
    };
  }

  private Expr parentheses() {
    if (tokens.skipOperator(")")) {
      return new Expr.ListOf(List.of(), true);
    }
    Expr inside = tuple();
    tokens.expectOperator(")");
    return inside;
  }

  private List<Expr> items(String end) {
    List<Expr> items = new ArrayList<>();
    while (!tokens.skipOperator(end)) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(end)) {
          break;
        }
      }
      items.add(expression());
    }
    return items;
  }

  private Expr dict() {
    List<Expr.Entry> entries = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      if (!entries.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator("}")) {
          break;
        }
      }
      Expr key = expression();
      tokens.expectOperator(":");
      entries.add(new Expr.Entry(key, expression()));
    }
    return new Expr.DictOf(entries);
  }

  private Expr postfix(Expr start) {
    Expr value = start;
    while (true) {
      if (tokens.skipOperator(".")) {
        value =
            tokens.peek().is(Kind.WHOLE)
                ? new Expr.Item(value, new Expr.Literal(new Value.Whole(whole(tokens.next()))))
                : new Expr.Attribute(value, tokens.name());
      } else if (tokens.skipOperator("[")) {
        value = subscript(value);
      } else if (tokens.peek().isOperator("(")) {
        value = new Expr.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expr subscript(Expr target) {
    Expr from = sliceEnd();
    if (!tokens.skipOperator(":")) {
      if (from == null) {
        throw tokens.unexpected("a key");
      }
      tokens.expectOperator("]");
      return new Expr.Item(target, from);
    }
    Expr to = sliceEnd();
    Expr step = tokens.skipOperator(":") ? sliceEnd() : null;
    tokens.expectOperator("]");
    return new Expr.Slice(target, from, to, step);
  }

  private @Nullable Expr sliceEnd() {
    return tokens.peek().isOperator(":") || tokens.peek().isOperator("]") ? null : expression();
  }

  /** Arguments in parentheses. */
  Args arguments() {
    tokens.expectOperator("(");
    List<Expr> positional = new ArrayList<>();
    List<Expr.Named> named = new ArrayList<>();
    while (!tokens.skipOperator(")")) {
      if (!positional.isEmpty() || !named.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      if (tokens.peek().is(Kind.NAME) && tokens.peekSecond().isOperator("=")) {
        String name = tokens.name();
        tokens.next();
        named.add(new Expr.Named(name, expression()));
      } else if (named.isEmpty()) {
        positional.add(expression());
      } else {
        throw tokens.unexpected("a named argument");
      }
    }
    return new Args(positional, named);
  }

  private Expr filtersAndTests(Expr start) {
    Expr value = start;
    while (true) {
      if (tokens.peek().isOperator("|")) {
        value = filters(value);
      } else if (tokens.skipName("is")) {
        value = test(value);
      } else if (tokens.peek().isOperator("(")) {
        value = new Expr.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  /** One or more {@code | name(args)}. */
  private Expr filters(Expr start) {
    Expr value = start;
    while (tokens.skipOperator("|")) {
      value = filter(value);
    }
    return value;
  }

  /** The filters of a block: the first without a bar, on what the block prints. */
  Expr blockFilters() {
    return filters(filter(null));
  }

  private Expr filter(@Nullable Expr target) {
    String name = tokens.name();
    Args args = tokens.peek().isOperator("(") ? arguments() : Args.NONE;
    return new Expr.Filter(target, name, args);
  }

  private Expr test(Expr target) {
    boolean negated = tokens.skipName("not");
    String name = tokens.name();
    Args args = Args.NONE;
    if (tokens.peek().isOperator("(")) {
      args = arguments();
    } else if (startsTestArgument()) {
      args = new Args(List.of(postfix(primary())), List.of());
    }
    Expr test = new Expr.Test(target, name, args);
    return negated ? new Expr.Not(test) : test;
  }

  private boolean startsTestArgument() {
    Token token = tokens.peek();
    return switch (token.kind()) {
      case NAME -> !NO_TEST_ARGUMENT.contains(token.text()) && !token.text().equals("not");
      case STRING, WHOLE, REAL -> true;
      case OPERATOR -> token.text().equals("[") || token.text().equals("{");
      case DATA, PRINT_BEGIN, PRINT_END, BLOCK_BEGIN, BLOCK_END, END -> false;
    };
  }
}
