package io.myelin.protocol.journal;

import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a reader left null although its type says that it never is. Lists are immutable
 * copies, which refuse null themselves.
 */
final class NullCheck {
  private NullCheck() {}

  /** The path of the first such component inside a record, or null when all is well. */
  static @Nullable String missing(Object value) {
    if (!(value instanceof Record)) {
      return null;
    }
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      Object held = read(component, value);
      if (held == null) {
        if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
          return component.getName();
        }
      } else {
        String inside = missing(held);
        if (inside != null) {
          return component.getName() + "." + inside;
        }
      }
    }
    return null;
  }

  private static @Nullable Object read(RecordComponent component, Object value) {
    try {
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("not readable: " + component, e);
    }
  }
}
