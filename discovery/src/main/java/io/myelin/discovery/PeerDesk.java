package io.myelin.discovery;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.SubnetTag;
import io.myelin.protocol.peer.book.BookEffect;
import io.myelin.protocol.peer.book.BookEvent;
import io.myelin.protocol.peer.book.BookState;
import io.myelin.protocol.peer.book.BookStep;
import io.myelin.protocol.peer.book.PeerBook;
import io.myelin.protocol.peer.book.PeerEntry;
import io.myelin.protocol.peer.book.PeerEntry.Stage;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;

/** The book with its checks and signs of life. On the core's thread, but for what is said so. */
final class PeerDesk {
  private final Core core;
  private final Requests requests;
  private final Verifier verifier;
  private final InstantSource clock;
  private final Listeners listeners;
  private final List<Waiter> waiters = new ArrayList<>();
  private volatile BookState book;
  private volatile HashPMap<Digest, Peer> listed = HashTreePMap.empty();

  private record Waiter(
      Collection<PeerRecord> until, long deadlineMillis, CompletableFuture<Void> done) {}

  PeerDesk(
      BookState empty,
      Core core,
      Requests requests,
      Verifier verifier,
      InstantSource clock,
      Listeners listeners) {
    this.book = empty;
    this.core = core;
    this.requests = requests;
    this.verifier = verifier;
    this.clock = clock;
    this.listeners = listeners;
  }

  /** Peers now. From any thread. */
  List<Peer> peers(PeerRole role, Optional<SubnetTag> subnet) {
    return listed.values().stream()
        .filter(peer -> peer.is(role, subnet))
        .sorted(Comparator.comparing(Peer::operator))
        .toList();
  }

  /** All peers now. From any thread. */
  Collection<Peer> all() {
    return listed.values();
  }

  /** What the book knows. From any thread. */
  BookState book() {
    return book;
  }

  void heard(PeerRecord record, String source, boolean direct) {
    apply(new BookEvent.Heard(record, source, direct));
  }

  void tick() {
    apply(new BookEvent.Tick());
  }

  boolean isTrusted(Digest node) {
    return book.entry(node).map(PeerEntry::listed).orElse(false);
  }

  /**
   * When each of the records was checked and answered for, or found wanting; or at the deadline.
   */
  CompletableFuture<Void> settled(Collection<PeerRecord> records, long deadlineMillis) {
    Waiter waiter = new Waiter(records, deadlineMillis, new CompletableFuture<>());
    waiters.add(waiter);
    tick();
    return waiter.done();
  }

  private void apply(BookEvent event) {
    BookStep step = PeerBook.apply(book, event, clock.millis());
    book = step.state();
    step.effects().forEach(this::perform);
    if (!waiters.isEmpty()) {
      long now = clock.millis();
      List<Waiter> over =
          waiters.stream()
              .filter(
                  w -> now >= w.deadlineMillis() || w.until().stream().allMatch(this::isSettled))
              .toList();
      waiters.removeAll(over);
      over.forEach(w -> w.done().complete(null));
    }
  }

  private boolean isSettled(PeerRecord record) {
    PeerEntry entry = book.entries().get(record.nodeId());
    if (entry == null || entry.stage() == Stage.REFUSED || entry.stage() == Stage.GONE) {
      return true;
    }
    return entry.misses() > 0
        || (entry.listed()
            && entry.believed().filter(b -> !record.replaces(b.record())).isPresent());
  }

  private void perform(BookEffect effect) {
    switch (effect) {
      case BookEffect.Check check -> {
        var _ =
            verifier
                .check(check.record())
                .thenAccept(found -> core.execute(() -> applyAndTick(found)));
      }
      case BookEffect.Probe probe -> {
        var _ =
            requests
                .probe(probe.record())
                .thenAccept(
                    answer ->
                        apply(
                            answer
                                .<BookEvent>map(BookEvent.Answered::new)
                                .orElseGet(() -> new BookEvent.Missed(probe.record().nodeId()))));
      }
      case BookEffect.Published published -> publish(published);
    }
  }

  /** What was just found good is probed at once. */
  private void applyAndTick(BookEvent event) {
    apply(event);
    tick();
  }

  private void publish(BookEffect.Published published) {
    Optional<Peer> before = published.before().map(b -> Peer.of(b.record(), b.endpoint()));
    Optional<Peer> now = published.now().map(b -> Peer.of(b.record(), b.endpoint()));
    listed =
        now.isPresent() ? listed.plus(published.node(), now.get()) : listed.minus(published.node());
    listeners.tell(before, now);
  }
}
