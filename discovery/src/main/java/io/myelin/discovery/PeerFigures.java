package io.myelin.discovery;

import io.myelin.protocol.peer.book.PeerEntry;
import java.util.Map;

/**
 * Figures since the start, for metrics and for {@code doctor}.
 *
 * @param nodes known, by how far they are believed
 * @param routing nodes in reach of the routing table's lookup
 * @param kept records kept for others
 * @param searches started
 * @param requests sent
 * @param unanswered requests among them
 * @param refused what was refused, by reason
 */
public record PeerFigures(
    Map<PeerEntry.Stage, Long> nodes,
    int routing,
    int kept,
    long searches,
    long requests,
    long unanswered,
    Map<String, Long> refused) {
  /** Copies. */
  public PeerFigures {
    nodes = Map.copyOf(nodes);
    refused = Map.copyOf(refused);
  }
}
