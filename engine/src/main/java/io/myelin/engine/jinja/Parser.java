package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Stmt.Parameter;
import io.myelin.engine.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads a template's statements. */
final class Parser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;

  private Parser(List<Token> tokens) {
    this.tokens = new TokenStream(tokens);
    this.expressions = new ExpressionParser(this.tokens);
  }

  static List<Stmt> parse(String template) {
    Parser parser = new Parser(Lexer.tokens(template));
    List<Stmt> statements = parser.body(Set.of());
    parser.tokens.expect(Kind.END, "the end");
    return statements;
  }

  /** Statements up to a block of one of these names, which is left unread. */
  private List<Stmt> body(Set<String> ends) {
    tokens.enter();
    List<Stmt> statements = new ArrayList<>();
    while (!tokens.peek().is(Kind.END)) {
      Token token = tokens.next();
      switch (token.kind()) {
        case DATA -> statements.add(new Stmt.Data(MarkedText.template(token.text())));
        case PRINT_BEGIN -> {
          statements.add(new Stmt.Print(expressions.tuple()));
          tokens.expect(Kind.PRINT_END, "\"}}\"");
        }
        case BLOCK_BEGIN -> {
          if (tokens.peek().is(Kind.NAME) && ends.contains(tokens.peek().text())) {
            tokens.leave();
            return statements;
          }
          statement(statements);
        }
        case PRINT_END, BLOCK_END, NAME, STRING, WHOLE, REAL, OPERATOR, END ->
            throw tokens.unexpected("text or a tag");
      }
    }
    if (!ends.isEmpty()) {
      throw tokens.unexpected("one of " + ends);
    }
    tokens.leave();
    return statements;
  }

  private List<Stmt> bodyTo(String end) {
    List<Stmt> statements = body(Set.of(end));
    tokens.expectName(end);
    endBlock();
    return statements;
  }

  private void endBlock() {
    tokens.expect(Kind.BLOCK_END, "\"%}\"");
  }

  private void statement(List<Stmt> out) {
    Token name = tokens.expect(Kind.NAME, "a statement");
    switch (name.text()) {
      case "if" -> out.add(ifStatement());
      case "for" -> out.add(forStatement());
      case "set" -> out.add(set());
      case "macro" -> out.add(macro());
      case "call" -> out.add(callBlock());
      case "filter" -> {
        Expr filter = expressions.blockFilters();
        endBlock();
        out.add(new Stmt.FilterBlock(filter, bodyTo("endfilter")));
      }
      case "with" -> out.add(with());
      case "generation" -> {
        // Marks for training which text the assistant wrote.
        endBlock();
        out.addAll(bodyTo("endgeneration"));
      }
      case "break" -> {
        endBlock();
        out.add(Stmt.Jump.BREAK);
      }
      case "continue" -> {
        endBlock();
        out.add(Stmt.Jump.CONTINUE);
      }
      default ->
          throw new TemplateException(
              "line " + name.line() + ": statement " + name.text() + " is not supported");
    }
  }

  private Stmt ifStatement() {
    List<Stmt.Branch> branches = new ArrayList<>();
    List<Stmt> otherwise = List.of();
    Set<String> ends = Set.of("elif", "else", "endif");
    Expr test = expressions.tuple();
    endBlock();
    branches.add(new Stmt.Branch(test, body(ends)));
    while (tokens.skipName("elif")) {
      Expr next = expressions.tuple();
      endBlock();
      branches.add(new Stmt.Branch(next, body(ends)));
    }
    if (tokens.skipName("else")) {
      endBlock();
      otherwise = body(Set.of("endif"));
    }
    tokens.expectName("endif");
    endBlock();
    return new Stmt.If(branches, otherwise);
  }

  private Stmt forStatement() {
    List<String> names = names();
    tokens.expectName("in");
    Expr iterable = forTuple();
    Expr condition = tokens.skipName("if") ? expressions.expression() : null;
    if (tokens.peek().isName("recursive")) {
      throw tokens.error("recursive is not supported");
    }
    endBlock();
    List<Stmt> body = body(Set.of("else", "endfor"));
    List<Stmt> otherwise = List.of();
    if (tokens.skipName("else")) {
      endBlock();
      otherwise = body(Set.of("endfor"));
    }
    tokens.expectName("endfor");
    endBlock();
    return new Stmt.For(names, iterable, condition, body, otherwise);
  }

  // The if of a for belongs to the for, not to a conditional expression.
  private Expr forTuple() {
    Expr first = expressions.or();
    if (!tokens.peek().isOperator(",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      items.add(expressions.or());
    }
    return new Expr.ListOf(items, true);
  }

  private List<String> names() {
    boolean parentheses = tokens.skipOperator("(");
    List<String> names = new ArrayList<>(List.of(tokens.name()));
    while (tokens.skipOperator(",")) {
      names.add(tokens.name());
    }
    if (parentheses) {
      tokens.expectOperator(")");
    }
    return names;
  }

  private Stmt set() {
    if (tokens.peekSecond().isOperator(".")) {
      String namespace = tokens.name();
      tokens.next();
      String field = tokens.name();
      tokens.expectOperator("=");
      Expr value = expressions.tuple();
      endBlock();
      return new Stmt.AssignField(namespace, field, value);
    }
    List<String> names = names();
    if (tokens.skipOperator("=")) {
      Expr value = expressions.tuple();
      endBlock();
      return new Stmt.Assign(names, value);
    }
    Expr filter = tokens.skipOperator("|") ? expressions.blockFilters() : null;
    endBlock();
    return new Stmt.AssignBlock(names.getFirst(), filter, bodyTo("endset"));
  }

  private Stmt macro() {
    String name = tokens.name();
    List<Parameter> parameters = parameters();
    endBlock();
    return new Stmt.MacroOf(name, parameters, bodyTo("endmacro"));
  }

  private List<Parameter> parameters() {
    List<Parameter> parameters = new ArrayList<>();
    tokens.expectOperator("(");
    while (!tokens.skipOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      String name = tokens.name();
      Expr otherwise = tokens.skipOperator("=") ? expressions.expression() : null;
      parameters.add(new Parameter(name, otherwise));
    }
    return parameters;
  }

  private Stmt callBlock() {
    List<Parameter> parameters = tokens.peek().isOperator("(") ? parameters() : List.of();
    if (!(expressions.expression() instanceof Expr.Call call)) {
      throw tokens.unexpected("a call");
    }
    endBlock();
    return new Stmt.CallBlock(parameters, call, bodyTo("endcall"));
  }

  private Stmt with() {
    List<Stmt.Assign> assigns = new ArrayList<>();
    while (!tokens.peek().is(Kind.BLOCK_END)) {
      if (!assigns.isEmpty()) {
        tokens.expectOperator(",");
      }
      List<String> names = names();
      tokens.expectOperator("=");
      assigns.add(new Stmt.Assign(names, expressions.expression()));
    }
    endBlock();
    return new Stmt.With(assigns, bodyTo("endwith"));
  }
}
