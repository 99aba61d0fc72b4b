package io.myelin.engine.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The arguments of a call, a filter or a test. */
record Arguments(List<Value> positional, Map<String, Value> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /** One by position or name; null when not given. */
  @Nullable Value find(int position, String name) {
    return position < positional.size() ? positional.get(position) : named.get(name);
  }

  Value get(int position, String name) {
    Value found = find(position, name);
    if (found == null) {
      throw new TemplateException("argument " + name + " is missing");
    }
    return found;
  }

  MarkedText text(int position, String name) {
    return Values.text(get(position, name));
  }

  long whole(int position, String name, long otherwise) {
    Value found = find(position, name);
    return found == null ? otherwise : Values.whole(found);
  }

  boolean truth(int position, String name, boolean otherwise) {
    Value found = find(position, name);
    return found == null ? otherwise : Values.truth(found);
  }

  /** Those from {@code position} on. */
  Arguments from(int position) {
    return new Arguments(
        positional.subList(Math.min(position, positional.size()), positional.size()), named);
  }
}
