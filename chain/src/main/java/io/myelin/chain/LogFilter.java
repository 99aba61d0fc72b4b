package io.myelin.chain;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.Collection;
import java.util.List;

/**
 * Which logs are wanted: of any of these contracts, with any of these topics at each position.
 *
 * @param contracts at least one: a filter without one would fetch everybody's events
 * @param topics per position the accepted values; an empty set accepts any
 */
public record LogFilter(List<Address> contracts, List<List<Digest>> topics) {
  /** Checks and copies. */
  public LogFilter {
    contracts = List.copyOf(contracts);
    topics = topics.stream().map(List::copyOf).toList();
    if (contracts.isEmpty()) {
      throw new IllegalArgumentException("log filter: no contract (expected: at least one)");
    }
  }

  /** Every event of these contracts. */
  public static LogFilter of(Address... contracts) {
    return new LogFilter(List.of(contracts), List.of());
  }

  /** Only events whose first topic (the hash of the signature) is one of these. */
  public LogFilter events(Collection<Digest> signatures) {
    return new LogFilter(contracts, List.of(List.copyOf(signatures)));
  }

  /** Whether a log is wanted: what an endpoint returns is checked, not believed. */
  public boolean accepts(EventLog log) {
    if (!contracts.contains(log.contract())) {
      return false;
    }
    for (int i = 0; i < topics.size(); i++) {
      List<Digest> accepted = topics.get(i);
      if (!accepted.isEmpty()
          && (i >= log.topics().size() || !accepted.contains(log.topics().get(i)))) {
        return false;
      }
    }
    return true;
  }
}
