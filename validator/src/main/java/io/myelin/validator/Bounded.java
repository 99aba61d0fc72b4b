package io.myelin.validator;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Maps and sets that forget, so that nobody can fill a validator's memory. Not thread-safe. */
final class Bounded {
  private Bounded() {}

  /** A map of so many entries at most; the one that came first makes room. */
  static <K, V> Map<K, V> byAge(int most) {
    return new Forgetful<>(most, false);
  }

  /** A map of so many entries at most; the one that was used least lately makes room. */
  static <K, V> Map<K, V> byUse(int most) {
    return new Forgetful<>(most, true);
  }

  /** A set of so many at most; the one that came first makes room. */
  static <T> Set<T> set(int most) {
    return Collections.newSetFromMap(byAge(most));
  }

  private static final class Forgetful<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    private final int most;

    Forgetful(int most, boolean byUse) {
      super(16, 0.75f, byUse);
      this.most = most;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > most;
    }
  }
}
