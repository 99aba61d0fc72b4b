package io.myelin.protocol.peer.lookup;

import io.myelin.protocol.ids.Digest;
import java.util.List;

/** What a search wants done. */
public sealed interface LookupEffect {

  /**
   * Ask a node which nodes it knows at these log-distances from itself ({@link Distances#around});
   * answer with {@link LookupEvent.Answered} or {@link LookupEvent.Failed}.
   */
  record Ask(Digest node, List<Integer> distances) implements LookupEffect {
    /** Copies. */
    public Ask {
      distances = List.copyOf(distances);
    }
  }

  /** It ended; the nodes that answered and are closest to the target, closest first. */
  record Ended(List<Digest> closest) implements LookupEffect {
    /** Copies. */
    public Ended {
      closest = List.copyOf(closest);
    }
  }
}
