package io.myelin.gateway.pipeline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A queue that is fair between sessions: each in its turn, one task at a time, however many a
 * session has waiting. First in, first out within a session. Not for several threads at once.
 *
 * @param <T> what waits
 */
final class FairQueue<T> {
  private final int capacity;
  private final int capacityPerSession;

  /** In order of their turn: the session that was served last stands at the end. */
  private final Map<String, Deque<T>> bySession = new LinkedHashMap<>();

  private final Map<T, String> sessionOf = new HashMap<>();

  FairQueue(int capacity, int capacityPerSession) {
    this.capacity = capacity;
    this.capacityPerSession = capacityPerSession;
  }

  /** Why a task has no place. */
  enum Refusal {
    /** The session has as many waiting as it may. */
    SESSION_FULL,
    /** The whole queue is full. */
    FULL
  }

  /** Why another task of this session could not be added now, if so. */
  Optional<Refusal> refusal(String session) {
    Deque<T> waiting = bySession.get(session);
    if (waiting != null && waiting.size() >= capacityPerSession) {
      return Optional.of(Refusal.SESSION_FULL);
    }
    return sessionOf.size() >= capacity ? Optional.of(Refusal.FULL) : Optional.empty();
  }

  /** Adds at the end of its session's line; what came from a journal may exceed the bounds. */
  void add(String session, T item) {
    if (sessionOf.putIfAbsent(item, session) != null) {
      throw new IllegalStateException(item + " waits already");
    }
    bySession.computeIfAbsent(session, _ -> new ArrayDeque<>()).addLast(item);
  }

  /** Takes an item out, wherever it stands; false when it is not there. */
  boolean remove(T item) {
    String session = sessionOf.remove(item);
    if (session == null) {
      return false;
    }
    Deque<T> waiting = bySession.get(session);
    if (waiting != null) {
      waiting.remove(item);
      if (waiting.isEmpty()) {
        bySession.remove(session);
      }
    }
    return true;
  }

  /**
   * Offers the first item of each session to {@code taker}, in order of turn, until one is taken.
   * That session then goes to the end of the order.
   *
   * @return what {@code taker} made of the item it took
   */
  <R> Optional<R> takeFirst(Function<T, Optional<R>> taker) {
    for (String session : new ArrayList<>(bySession.keySet())) {
      Deque<T> waiting = bySession.get(session);
      if (waiting == null) {
        continue;
      }
      T first = waiting.getFirst();
      Optional<R> taken = taker.apply(first);
      if (taken.isPresent()) {
        waiting.removeFirst();
        sessionOf.remove(first);
        bySession.remove(session);
        if (!waiting.isEmpty()) {
          bySession.put(session, waiting);
        }
        return taken;
      }
    }
    return Optional.empty();
  }

  /** Everything that waits. */
  List<T> all() {
    return bySession.values().stream().flatMap(Deque::stream).toList();
  }

  int size() {
    return sessionOf.size();
  }
}
