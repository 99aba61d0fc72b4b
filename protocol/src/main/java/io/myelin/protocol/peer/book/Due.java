package io.myelin.protocol.peer.book;

import io.myelin.protocol.peer.book.PeerEntry.Stage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is due: checks first, each source in turn, then signs of life, the longest due first. */
final class Due {
  private Due() {}

  static BookStep tick(BookState state, long now) {
    List<PeerEntry> checks = new ArrayList<>();
    List<PeerEntry> probes = new ArrayList<>();
    int checking = 0;
    int probing = 0;
    for (PeerEntry entry : state.entries().values()) {
      boolean check = wantsCheck(entry);
      if (entry.busy()) {
        // Which of the two it is does not matter: both are bounded, and each ends.
        checking += check ? 1 : 0;
        probing += check ? 0 : 1;
      } else if (check && now >= entry.checkDueMillis()) {
        checks.add(entry);
      } else if (probed(entry.stage()) && now >= entry.probeDueMillis()) {
        probes.add(entry);
      } else if (!check && now >= entry.checkDueMillis() && entry.stage() != Stage.GONE) {
        checks.add(entry);
      }
    }
    BookSettings settings = state.settings();
    List<BookEffect> effects = new ArrayList<>();
    BookState next = state;
    for (PeerEntry entry : inTurn(checks, settings.maxChecks() - checking)) {
      next = next.put(entry.withBusy(true));
      effects.add(new BookEffect.Check(entry.record()));
    }
    probes.sort(Comparator.comparingLong(PeerEntry::probeDueMillis));
    for (PeerEntry entry :
        probes.subList(0, Math.clamp(settings.maxProbes() - probing, 0, probes.size()))) {
      next = next.put(entry.withBusy(true));
      effects.add(new BookEffect.Probe(entry.record()));
    }
    return new BookStep(next, effects);
  }

  private static boolean wantsCheck(PeerEntry entry) {
    return entry.stage() == Stage.HEARD
        || entry.stage() == Stage.REFUSED
        || (!entry.staked() && entry.stage() != Stage.GONE);
  }

  private static boolean probed(Stage stage) {
    return switch (stage) {
      case STAKED, LIVE, SUSPECT, GONE -> true;
      case HEARD, REFUSED -> false;
    };
  }

  /** One of each source, then the second of each, and so on; within a source the longest due. */
  private static List<PeerEntry> inTurn(List<PeerEntry> entries, int max) {
    Map<String, Integer> turns = new HashMap<>();
    record Turn(int turn, PeerEntry entry) {}
    return entries.stream()
        .sorted(Comparator.comparingLong(PeerEntry::checkDueMillis))
        .map(e -> new Turn(turns.merge(e.source(), 1, Integer::sum), e))
        .sorted(Comparator.comparingInt(Turn::turn))
        .limit(Math.max(max, 0))
        .map(Turn::entry)
        .toList();
  }
}
