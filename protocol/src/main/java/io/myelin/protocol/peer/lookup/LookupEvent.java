package io.myelin.protocol.peer.lookup;

import io.myelin.protocol.ids.Digest;
import java.util.List;

/** What a search hears. */
public sealed interface LookupEvent {

  /**
   * A node answered.
   *
   * @param from who
   * @param nodes ids it named; those that the search knows already change nothing
   */
  record Answered(Digest from, List<Digest> nodes) implements LookupEvent {
    /** Copies. */
    public Answered {
      nodes = List.copyOf(nodes);
    }
  }

  /** A node did not answer in time. */
  record Failed(Digest from) implements LookupEvent {}

  /** Time went by. */
  record Tick() implements LookupEvent {}
}
