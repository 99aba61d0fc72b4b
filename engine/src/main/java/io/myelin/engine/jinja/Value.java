package io.myelin.engine.jinja;

import java.util.List;
import java.util.Map;

/** What templates compute with: Python's values, as far as chat templates use them. Immutable. */
sealed interface Value
    permits MarkedText,
        Value.Whole,
        Value.Real,
        Value.Truth,
        Value.Nothing,
        Value.Undefined,
        Value.Sequence,
        Value.Mapping,
        Value.Fields,
        Value.Function {

  /** A whole number. */
  record Whole(long value) implements Value {}

  /** A number with a fraction. */
  record Real(double value) implements Value {}

  /** True or false. */
  enum Truth implements Value {
    TRUE,
    FALSE;

    static Truth of(boolean value) {
      return value ? TRUE : FALSE;
    }
  }

  /** Python's None. */
  enum Nothing implements Value {
    NONE
  }

  /**
   * What a name or key that does not exist gives.
   *
   * @param what why it is undefined, for the message once somebody uses it
   */
  record Undefined(String what) implements Value {
    TemplateException use() {
      return new TemplateException(what);
    }
  }

  /** A list or tuple. */
  record Sequence(List<Value> items, boolean tuple) implements Value {
    static Sequence list(List<Value> items) {
      return new Sequence(items, false);
    }

    static Sequence tuple(Value... items) {
      return new Sequence(List.of(items), true);
    }
  }

  /** A dict, in the order of insertion. */
  record Mapping(Map<Value, Value> entries) implements Value {}

  /** What has fields only: a namespace, or the {@code loop} of a for. */
  non-sealed interface Fields extends Value {
    Value field(String name);
  }

  /** What can be called. */
  @FunctionalInterface
  non-sealed interface Function extends Value {
    Value call(Arguments arguments);
  }
}
