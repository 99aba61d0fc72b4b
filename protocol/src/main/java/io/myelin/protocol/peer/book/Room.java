package io.myelin.protocol.peer.book;

import io.myelin.protocol.peer.book.PeerEntry.Stage;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** Who gets a place in a book. A flood takes its own source's places, never a proven peer's. */
final class Room {
  private Room() {}

  /** The book with the new entry, if there is room or somebody less worth it gives way. */
  static BookState take(BookState state, PeerEntry entry) {
    BookSettings settings = state.settings();
    if (state.weakOf(entry.source()) >= settings.maxPerSource()) {
      return worst(state, entry.source())
          .map(out -> state.remove(out.record().nodeId()).put(entry))
          .orElse(state);
    }
    if (state.weak() < settings.maxUnproven() && state.entries().size() < settings.maxPeers()) {
      return state.put(entry);
    }
    String largest =
        state.weakBySource().entrySet().stream()
            .max(
                Comparator.<Map.Entry<String, Integer>>comparingInt(e -> e.getValue())
                    .thenComparing(e -> e.getKey()))
            .map(e -> e.getKey())
            .orElse(entry.source());
    boolean smaller = state.weakOf(entry.source()) + 1 < state.weakOf(largest);
    return worst(state, smaller ? largest : entry.source())
        .map(out -> state.remove(out.record().nodeId()).put(entry))
        .orElse(state);
  }

  /** Of a source's entries one that was found wanting; never one that is waiting or was proven. */
  private static Optional<PeerEntry> worst(BookState state, String source) {
    return state.entries().values().stream()
        .filter(e -> e.weak() && e.believed().isEmpty() && e.source().equals(source))
        .filter(e -> e.stage() == Stage.REFUSED || e.stage() == Stage.GONE)
        .min(Comparator.comparingLong(PeerEntry::checkDueMillis));
  }
}
