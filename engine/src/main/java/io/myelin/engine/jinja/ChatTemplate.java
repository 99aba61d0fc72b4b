package io.myelin.engine.jinja;

import io.myelin.engine.jinja.Value.Function;
import io.myelin.engine.jinja.Value.Mapping;
import io.myelin.engine.jinja.Value.Sequence;
import io.myelin.engine.jinja.Value.Whole;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A chat template, read once and rendered often, from any thread. */
public final class ChatTemplate {
  private final int length;
  private final List<Stmt> statements;

  private ChatTemplate(int length, List<Stmt> statements) {
    this.length = length;
    this.statements = statements;
  }

  /**
   * Reads a template.
   *
   * @throws TemplateException naming the line that is not understood
   */
  public static ChatTemplate parse(String source) {
    try {
      return new ChatTemplate(source.length(), Parser.parse(source));
    } catch (StackOverflowError e) {
      throw new TemplateException("template: nested too deep");
    }
  }

  /**
   * Renders a chat.
   *
   * @param variables plain data under the names that the template knows: text (content, unless it
   *     is a {@link MarkedText}), numbers, booleans, lists, maps, null
   * @param now what {@code strftime_now} shows, in UTC
   * @throws TemplateException when the template refuses the chat, cannot render it, or takes too
   *     much time or memory over it
   */
  public MarkedText render(Map<String, ? extends @Nullable Object> variables, Instant now) {
    try {
      Scope scope = new Scope(null);
      Budget budget = new Budget(length + globals(variables, scope));
      functions(scope, budget, now);
      return new Renderer(budget).render(statements, scope);
    } catch (StackOverflowError e) {
      throw new TemplateException("nested too deep");
    }
  }

  private static long globals(Map<String, ? extends @Nullable Object> variables, Scope scope) {
    long characters = 0;
    for (Map.Entry<String, ? extends @Nullable Object> variable : variables.entrySet()) {
      Value value = Values.of(variable.getValue());
      characters += Values.characters(value);
      scope.set(variable.getKey(), value);
    }
    return characters;
  }

  private static void functions(Scope scope, Budget budget, Instant now) {
    scope.set("namespace", (Function) ChatTemplate::namespace);
    scope.set("range", (Function) arguments -> range(arguments, budget));
    scope.set("dict", (Function) ChatTemplate::dict);
    scope.set(
        "raise_exception",
        (Function)
            arguments -> {
              throw new TemplateException(arguments.text(0, "message").text());
            });
    scope.set(
        "strftime_now",
        (Function)
            arguments ->
                MarkedText.template(
                    Dates.format(now.atZone(ZoneOffset.UTC), arguments.text(0, "format").text())));
  }

  private static Value namespace(Arguments arguments) {
    Namespace namespace = new Namespace();
    for (Value given : arguments.positional()) {
      if (!(given instanceof Mapping map)) {
        throw Values.expected("a dict", given);
      }
      map.entries().forEach((key, value) -> namespace.set(Values.text(key).text(), value));
    }
    arguments.named().forEach(namespace::set);
    return namespace;
  }

  private static Value dict(Arguments arguments) {
    Map<Value, Value> entries = new LinkedHashMap<>();
    for (Value given : arguments.positional()) {
      if (!(given instanceof Mapping map)) {
        throw Values.expected("a dict", given);
      }
      entries.putAll(map.entries());
    }
    arguments.named().forEach((name, value) -> entries.put(MarkedText.template(name), value));
    return new Mapping(entries);
  }

  private static Value range(Arguments arguments, Budget budget) {
    boolean one = arguments.positional().size() < 2;
    long start = one ? 0 : arguments.whole(0, "start", 0);
    long stop = Values.whole(arguments.get(one ? 0 : 1, "stop"));
    long step = arguments.whole(2, "step", 1);
    if (step == 0) {
      throw new TemplateException("range: a step of 0");
    }
    List<Value> items = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i = Math.addExact(i, step)) {
      budget.items(1);
      items.add(new Whole(i));
    }
    return Sequence.list(items);
  }
}
