package io.myelin.protocol.mempool;

import java.util.List;

/** A pool after an event, and what became of requests by it. */
public record PoolStep(PoolState state, List<PoolEffect> effects) {
  /** Copies. */
  public PoolStep {
    effects = List.copyOf(effects);
  }
}
