package io.myelin.engine.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement of a template. */
sealed interface Stmt {
  record Data(MarkedText text) implements Stmt {}

  record Print(Expr value) implements Stmt {}

  record If(List<Branch> branches, List<Stmt> otherwise) implements Stmt {}

  record Branch(Expr test, List<Stmt> body) {}

  record For(
      List<String> names,
      Expr iterable,
      @Nullable Expr condition,
      List<Stmt> body,
      List<Stmt> otherwise)
      implements Stmt {}

  enum Jump implements Stmt {
    BREAK,
    CONTINUE
  }

  /** Sets one name, or as many as the value has items. */
  record Assign(List<String> names, Expr value) implements Stmt {}

  record AssignField(String namespace, String field, Expr value) implements Stmt {}

  /** Sets a name to what the body prints. */
  record AssignBlock(String name, @Nullable Expr filter, List<Stmt> body) implements Stmt {}

  record MacroOf(String name, List<Parameter> parameters, List<Stmt> body) implements Stmt {}

  record Parameter(String name, @Nullable Expr otherwise) {}

  /** Calls a macro that may print the body by calling {@code caller}. */
  record CallBlock(List<Parameter> parameters, Expr.Call call, List<Stmt> body) implements Stmt {}

  record FilterBlock(Expr filter, List<Stmt> body) implements Stmt {}

  record With(List<Assign> assigns, List<Stmt> body) implements Stmt {}
}
