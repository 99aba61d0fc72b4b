package io.myelin.engine.jinja;

/**
 * A token of a template.
 *
 * @param text the characters; of a string literal what they mean
 */
record Token(Kind kind, String text, int line) {
  /** What a token is. */
  enum Kind {
    /** Text between tags, as it will be printed. */
    DATA,
    /** <code>{{</code>. */
    PRINT_BEGIN,
    /** <code>}}</code>. */
    PRINT_END,
    /** <code>{%</code>. */
    BLOCK_BEGIN,
    /** <code>%}</code>. */
    BLOCK_END,
    NAME,
    STRING,
    WHOLE,
    REAL,
    OPERATOR,
    /** The end of the template. */
    END
  }

  boolean is(Kind other) {
    return kind == other;
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  @Override
  public String toString() {
    return kind == Kind.END ? "the end" : "\"" + text + "\"";
  }
}
