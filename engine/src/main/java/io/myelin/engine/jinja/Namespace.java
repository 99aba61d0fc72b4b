package io.myelin.engine.jinja;

import java.util.HashMap;
import java.util.Map;

/** The one thing of a template that changes: fields that a loop's body may set. */
final class Namespace implements Value.Fields {
  private final Map<String, Value> fields = new HashMap<>();

  void set(String name, Value value) {
    fields.put(name, value);
  }

  @Override
  public Value field(String name) {
    Value found = fields.get(name);
    return found == null ? new Value.Undefined("the namespace has no '" + name + "'") : found;
  }
}
