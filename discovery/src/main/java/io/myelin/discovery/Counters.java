package io.myelin.discovery;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** What is counted, from any thread. */
final class Counters {
  final LongAdder searches = new LongAdder();
  final LongAdder requests = new LongAdder();
  final LongAdder unanswered = new LongAdder();
  private final Map<String, LongAdder> refused = new ConcurrentHashMap<>();

  /** Something was refused; reasons are constants of the code, never of strangers. */
  void refuse(String reason) {
    refused.computeIfAbsent(reason, r -> new LongAdder()).increment();
  }

  Map<String, Long> refused() {
    return refused.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().sum()));
  }
}
