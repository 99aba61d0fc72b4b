package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Token.Kind;
import java.util.List;

/** Tokens in turn, for the parsers. */
final class TokenStream {
  // A parser's stack grows with nesting.
  private static final int MAX_NESTING = 100;

  private final List<Token> tokens;
  private int at;
  private int nesting;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peekSecond() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  boolean skipOperator(String operator) {
    boolean found = peek().isOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipName(String name) {
    boolean found = peek().isName(name);
    if (found) {
      next();
    }
    return found;
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("\"" + operator + "\"");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("\"" + name + "\"");
    }
  }

  Token expect(Kind kind, String what) {
    if (!peek().is(kind)) {
      throw unexpected(what);
    }
    return next();
  }

  String name() {
    return expect(Kind.NAME, "a name").text();
  }

  void enter() {
    if (++nesting > MAX_NESTING) {
      throw error("nested deeper than " + MAX_NESTING);
    }
  }

  void leave() {
    nesting--;
  }

  TemplateException unexpected(String expected) {
    return error("unexpected " + peek() + " (expected: " + expected + ")");
  }

  TemplateException error(String what) {
    return new TemplateException("line " + peek().line() + ": " + what);
  }
}
