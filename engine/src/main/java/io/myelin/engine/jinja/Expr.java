package io.myelin.engine.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression of a template. */
sealed interface Expr {
  record Literal(Value value) implements Expr {}

  record Name(String name) implements Expr {}

  record ListOf(List<Expr> items, boolean tuple) implements Expr {}

  record DictOf(List<Entry> entries) implements Expr {}

  record Entry(Expr key, Expr value) {}

  /** {@code target.name}. */
  record Attribute(Expr target, String name) implements Expr {}

  /** {@code target[key]}. */
  record Item(Expr target, Expr key) implements Expr {}

  /** {@code target[from:to:step]}. */
  record Slice(Expr target, @Nullable Expr from, @Nullable Expr to, @Nullable Expr step)
      implements Expr {}

  record Call(Expr target, Args args) implements Expr {}

  record Args(List<Expr> positional, List<Named> named) {
    static final Args NONE = new Args(List.of(), List.of());
  }

  record Named(String name, Expr value) {}

  /** {@code target | name(args)}; without a target the body of a filter block. */
  record Filter(@Nullable Expr target, String name, Args args) implements Expr {}

  /** {@code target is name(args)}. */
  record Test(Expr target, String name, Args args) implements Expr {}

  record Not(Expr operand) implements Expr {}

  record Minus(Expr operand) implements Expr {}

  record Plus(Expr operand) implements Expr {}

  record And(Expr left, Expr right) implements Expr {}

  record Or(Expr left, Expr right) implements Expr {}

  /** Arithmetic and {@code ~}. */
  record Binary(String operator, Expr left, Expr right) implements Expr {}

  /** {@code first < second <= third}. */
  record Compare(Expr first, List<Operand> rest) implements Expr {}

  record Operand(String operator, Expr value) {}

  /** {@code then if test else otherwise}. */
  record Conditional(Expr test, Expr then, @Nullable Expr otherwise) implements Expr {}
}
