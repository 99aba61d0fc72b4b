package io.myelin.engine.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names and what they mean here, else outside. */
final class Scope {
  private final @Nullable Scope outside;
  private final Map<String, Value> values = new HashMap<>();

  Scope(@Nullable Scope outside) {
    this.outside = outside;
  }

  @Nullable Value find(String name) {
    for (Scope scope = this; scope != null; scope = scope.outside) {
      Value value = scope.values.get(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  void set(String name, Value value) {
    values.put(name, value);
  }
}
