package io.myelin.protocol.peer.lookup;

import java.util.List;

/** A search after an event, and what it wants done. */
public record LookupStep(LookupState state, List<LookupEffect> effects) {
  /** Copies. */
  public LookupStep {
    effects = List.copyOf(effects);
  }
}
