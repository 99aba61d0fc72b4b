package io.myelin.protocol.peer.book;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.book.PeerEntry.Believed;
import io.myelin.protocol.peer.book.PeerEntry.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who is believed. A record is heard, checked (stake and addresses), and listed only once its node
 * has answered directly with exactly that record; it is gone after a few misses, whoever still
 * hands its record around. Total over every state and event; it throws nothing.
 */
public final class PeerBook {
  private static final int MAX_DOUBLINGS = 3;
  private static final int TRIES_OF_STRANGERS = 3;

  private PeerBook() {}

  /** Answers one event. */
  public static BookStep apply(BookState state, BookEvent event, long nowMillis) {
    return switch (event) {
      case BookEvent.Heard e -> heard(state, e, nowMillis);
      case BookEvent.Checked e -> checked(state, e, nowMillis);
      case BookEvent.Answered e -> answered(state, e.current(), nowMillis);
      case BookEvent.Missed e -> missed(state, e.node(), nowMillis);
      case BookEvent.Tick e -> Due.tick(state, nowMillis);
    };
  }

  private static BookStep same(BookState state) {
    return new BookStep(state, List.of());
  }

  private static BookStep heard(BookState state, BookEvent.Heard event, long now) {
    PeerRecord record = event.record();
    PeerEntry known = state.entries().get(record.nodeId());
    if (record.nodeId().equals(state.own())) {
      return same(state);
    }
    if (known == null) {
      return same(Room.take(state, fresh(record, event.source(), now)));
    }
    boolean newer = record.replaces(known.record());
    PeerEntry next = newer ? known.withRecord(record, now) : known;
    if (newer && next.stage() == Stage.REFUSED) {
      next = next.withStage(Stage.HEARD);
    }
    // An old record changes nothing: only its node can bring back who is gone.
    if (next.stage() == Stage.GONE && (event.direct() || newer)) {
      next = next.withDue(next.checkDueMillis(), now);
    }
    return same(state.put(next));
  }

  private static PeerEntry fresh(PeerRecord record, String source, long now) {
    return new PeerEntry(
        record,
        source,
        Stage.HEARD,
        Optional.empty(),
        Optional.empty(),
        false,
        0,
        now,
        now,
        0,
        0,
        false);
  }

  private static BookStep checked(BookState state, BookEvent.Checked event, long now) {
    PeerEntry known = state.entries().get(event.node());
    if (known == null) {
      return same(state);
    }
    PeerEntry idle = known.withBusy(false);
    if (event.sequence() != known.record().sequence()) {
      return same(state.put(idle));
    }
    BookSettings settings = state.settings();
    return switch (event.verdict()) {
      case UNKNOWN ->
          same(state.put(idle.withDue(now + settings.retryMillis(), idle.probeDueMillis())));
      case BAD -> {
        PeerEntry refused =
            idle.withCheck(Optional.empty(), false, now + settings.recheckMillis())
                .withStage(Stage.REFUSED)
                .withBelieved(Optional.empty());
        yield published(state, known, refused);
      }
      case GOOD -> {
        PeerEntry good = idle.withCheck(event.endpoint(), true, now + settings.recheckMillis());
        yield switch (good.stage()) {
          case HEARD, REFUSED ->
              same(state.put(good.withStage(Stage.STAKED).withDue(good.checkDueMillis(), now)));
          case LIVE, SUSPECT ->
              good.answeredWithNewest()
                  ? published(state, known, believing(good))
                  : same(state.put(good.withDue(good.checkDueMillis(), now)));
          case STAKED, GONE -> same(state.put(good));
        };
      }
    };
  }

  private static PeerEntry believing(PeerEntry entry) {
    return entry.withBelieved(Optional.of(new Believed(entry.record(), entry.endpoint())));
  }

  private static BookStep answered(BookState state, PeerRecord current, long now) {
    PeerEntry known = state.entries().get(current.nodeId());
    if (known == null) {
      return same(state);
    }
    if (known.record().replaces(current)) {
      // It answers with what it has replaced itself: as good as no answer.
      return missed(state, current.nodeId(), now);
    }
    PeerEntry entry = current.replaces(known.record()) ? known.withRecord(current, now) : known;
    entry = entry.withBusy(false).withAnswer(current.sequence(), now);
    BookSettings settings = state.settings();
    entry = entry.withDue(entry.checkDueMillis(), now + settings.probeMillis());
    return switch (entry.stage()) {
      case HEARD, REFUSED -> same(state.put(entry));
      case STAKED, LIVE, SUSPECT ->
          published(
              state,
              known,
              entry.staked() ? believing(entry).withStage(Stage.LIVE) : unstaked(entry));
      case GONE -> same(state.put(entry.withStage(Stage.HEARD).withDue(now, now)));
    };
  }

  /** A newer record than the one that was checked: what was believed stays until it is, too. */
  private static PeerEntry unstaked(PeerEntry entry) {
    return entry.withStage(entry.believed().isPresent() ? Stage.LIVE : Stage.HEARD);
  }

  private static BookStep missed(BookState state, Digest node, long now) {
    PeerEntry known = state.entries().get(node);
    if (known == null) {
      return same(state);
    }
    BookSettings settings = state.settings();
    PeerEntry entry = known.withBusy(false).withMisses(known.misses() + 1);
    int over = entry.misses() - settings.maxMisses();
    if (over < 0) {
      Stage stage = entry.stage() == Stage.LIVE ? Stage.SUSPECT : entry.stage();
      return same(
          state.put(
              entry
                  .withStage(stage)
                  .withDue(entry.checkDueMillis(), now + settings.retryMillis())));
    }
    boolean forgotten =
        entry.weak()
            ? over > TRIES_OF_STRANGERS
            : now - entry.answeredMillis() >= settings.lostMillis();
    if (forgotten) {
      return new BookStep(state.remove(node), went(known));
    }
    long wait = settings.probeMillis() << Math.min(over, MAX_DOUBLINGS);
    PeerEntry gone = entry.withStage(Stage.GONE).withDue(entry.checkDueMillis(), now + wait);
    return published(state, known, gone);
  }

  private static List<BookEffect> went(PeerEntry entry) {
    return entry.listed()
        ? List.of(
            new BookEffect.Published(entry.record().nodeId(), entry.believed(), Optional.empty()))
        : List.of();
  }

  private static BookStep published(BookState state, PeerEntry old, PeerEntry next) {
    Optional<Believed> before = old.listed() ? old.believed() : Optional.empty();
    Optional<Believed> now = next.listed() ? next.believed() : Optional.empty();
    List<BookEffect> effects = new ArrayList<>();
    if (!before.equals(now)) {
      effects.add(new BookEffect.Published(next.record().nodeId(), before, now));
    }
    return new BookStep(state.put(next), effects);
  }
}
