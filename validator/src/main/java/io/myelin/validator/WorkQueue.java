package io.myelin.validator;

import io.myelin.protocol.ids.Address;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * What waits to be checked, bounded: a share for each gateway, whose turns go round, and places
 * kept for verdicts, which come before all others. For one thread at a time.
 */
final class WorkQueue<T> {
  /** All that waits. */
  static final int MOST = 32;

  /** Of what one gateway's sessions are. */
  static final int MOST_OF_A_GATEWAY = 8;

  /** For verdicts alone. */
  static final int KEPT_FOR_VERDICTS = 4;

  private final Queue<T> verdicts = new ArrayDeque<>();

  /** By gateway, the one whose turn is next first. */
  private final Map<Address, Queue<T>> shown = new LinkedHashMap<>();

  private int size;

  /** Takes in what a gateway's session was about; says whether there was room. */
  boolean offer(Address gateway, T one) {
    Queue<T> its = shown.getOrDefault(gateway, new ArrayDeque<>());
    if (its.size() >= MOST_OF_A_GATEWAY || size >= MOST - KEPT_FOR_VERDICTS) {
      return false;
    }
    its.add(one);
    shown.putIfAbsent(gateway, its);
    size++;
    return true;
  }

  /** Takes in what a verdict waits for; says whether there was room. */
  boolean offerForVerdict(T one) {
    if (size >= MOST) {
      return false;
    }
    verdicts.add(one);
    size++;
    return true;
  }

  /** The next, which waits no more: a verdict's, or of the gateway that waited longest. */
  Optional<T> poll() {
    if (size == 0) {
      return Optional.empty();
    }
    size--;
    T verdict = verdicts.poll();
    return verdict != null ? Optional.of(verdict) : Optional.of(ofNextGateway());
  }

  private T ofNextGateway() {
    Map.Entry<Address, Queue<T>> next = shown.entrySet().iterator().next();
    Address gateway = next.getKey();
    Queue<T> its = next.getValue();
    T first = its.remove();
    // To the end of the line.
    shown.remove(gateway);
    if (!its.isEmpty()) {
      shown.put(gateway, its);
    }
    return first;
  }
}
