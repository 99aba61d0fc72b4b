package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Value.Function;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs a template's statements once. */
final class Renderer {
  private final Budget budget;
  private final Evaluator evaluator;

  Renderer(Budget budget) {
    this.budget = budget;
    this.evaluator = new Evaluator(budget);
  }

  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  MarkedText render(List<Stmt> template, Scope scope) {
    MarkedText.Builder out = new MarkedText.Builder(budget);
    if (run(template, scope, out) != Flow.ON) {
      throw new TemplateException("break or continue outside of a for");
    }
    return out.build();
  }

  private Flow run(List<Stmt> statements, Scope scope, MarkedText.Builder out) {
    for (Stmt statement : statements) {
      budget.enter();
      Flow flow = run(statement, scope, out);
      budget.leave();
      if (flow != Flow.ON) {
        return flow;
      }
    }
    return Flow.ON;
  }

  private Flow run(Stmt statement, Scope scope, MarkedText.Builder out) {
    switch (statement) {
      case Stmt.Data data -> out.append(data.text());
      case Stmt.Print print -> out.append(evaluator.str(evaluator.evaluate(print.value(), scope)));
      case Stmt.If choice -> {
        return runIf(choice, scope, out);
      }
      case Stmt.For loop -> {
        return runFor(loop, scope, out);
      }
      case Stmt.Jump jump -> {
        return jump == Stmt.Jump.BREAK ? Flow.BREAK : Flow.CONTINUE;
      }
      case Stmt.Assign assign ->
          assign(assign.names(), evaluator.evaluate(assign.value(), scope), scope);
      case Stmt.AssignField assign -> assignField(assign, scope);
      case Stmt.AssignBlock block -> {
        MarkedText text = render(block.body(), new Scope(scope));
        Expr filter = block.filter();
        scope.set(block.name(), filter == null ? text : evaluator.filterBlock(filter, text, scope));
      }
      case Stmt.MacroOf macro ->
          scope.set(macro.name(), macro(macro.name(), macro.parameters(), macro.body(), scope));
      case Stmt.CallBlock block -> {
        Function caller = macro("caller", block.parameters(), block.body(), scope);
        out.append(evaluator.str(evaluator.call(block.call(), caller, scope)));
      }
      case Stmt.FilterBlock block -> {
        MarkedText text = render(block.body(), new Scope(scope));
        out.append(evaluator.str(evaluator.filterBlock(block.filter(), text, scope)));
      }
      case Stmt.With with -> {
        Scope inside = new Scope(scope);
        for (Stmt.Assign assign : with.assigns()) {
          assign(assign.names(), evaluator.evaluate(assign.value(), scope), inside);
        }
        return run(with.body(), inside, out);
      }
    }
    return Flow.ON;
  }

  private Flow runIf(Stmt.If choice, Scope scope, MarkedText.Builder out) {
    for (Stmt.Branch branch : choice.branches()) {
      if (evaluator.truth(branch.test(), scope)) {
        return run(branch.body(), scope, out);
      }
    }
    return run(choice.otherwise(), scope, out);
  }

  private Flow runFor(Stmt.For loop, Scope scope, MarkedText.Builder out) {
    List<Value> items = Values.items(evaluator.evaluate(loop.iterable(), scope));
    budget.items(items.size());
    Expr condition = loop.condition();
    if (condition != null) {
      List<Value> kept = new ArrayList<>();
      for (Value item : items) {
        Scope inside = new Scope(scope);
        assign(loop.names(), item, inside);
        if (evaluator.truth(condition, inside)) {
          kept.add(item);
        }
      }
      items = kept;
    }
    if (items.isEmpty()) {
      return run(loop.otherwise(), scope, out);
    }
    Loop state = new Loop(items);
    for (Value item : items) {
      Scope inside = new Scope(scope);
      inside.set("loop", state);
      assign(loop.names(), item, inside);
      if (run(loop.body(), inside, out) == Flow.BREAK) {
        break;
      }
      state.next();
    }
    return Flow.ON;
  }

  private static void assign(List<String> names, Value value, Scope scope) {
    if (names.size() == 1) {
      scope.set(names.getFirst(), value);
      return;
    }
    List<Value> parts = Values.items(value);
    if (parts.size() != names.size()) {
      throw new TemplateException("%d values for the names %s".formatted(parts.size(), names));
    }
    for (int i = 0; i < parts.size(); i++) {
      scope.set(names.get(i), parts.get(i));
    }
  }

  private void assignField(Stmt.AssignField assign, Scope scope) {
    if (!(scope.find(assign.namespace()) instanceof Namespace namespace)) {
      throw new TemplateException(assign.namespace() + " is no namespace");
    }
    namespace.set(assign.field(), evaluator.evaluate(assign.value(), scope));
  }

  private Function macro(
      String name, List<Stmt.Parameter> parameters, List<Stmt> body, Scope scope) {
    return arguments -> {
      budget.enter();
      Scope inside = new Scope(scope);
      Map<String, Value> named = new HashMap<>(arguments.named());
      // Given by a call block.
      Value caller = named.remove("caller");
      if (caller != null) {
        inside.set("caller", caller);
      }
      for (int i = 0; i < parameters.size(); i++) {
        Stmt.Parameter parameter = parameters.get(i);
        Value given =
            i < arguments.positional().size()
                ? arguments.positional().get(i)
                : named.remove(parameter.name());
        inside.set(parameter.name(), given != null ? given : otherwise(parameter, inside));
      }
      if (arguments.positional().size() > parameters.size() || !named.isEmpty()) {
        throw new TemplateException(
            "macro %s takes %d arguments".formatted(name, parameters.size()));
      }
      MarkedText text = render(body, inside);
      budget.leave();
      return text;
    };
  }

  private Value otherwise(Stmt.Parameter parameter, Scope scope) {
    Expr otherwise = parameter.otherwise();
    return otherwise == null
        ? new Value.Undefined("parameter '" + parameter.name() + "' was not provided")
        : evaluator.evaluate(otherwise, scope);
  }
}
