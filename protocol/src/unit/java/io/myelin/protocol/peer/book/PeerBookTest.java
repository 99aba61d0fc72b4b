package io.myelin.protocol.peer.book;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.IpAddress;
import io.myelin.protocol.peer.NetworkTag;
import io.myelin.protocol.peer.PeerClaim;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.book.BookEvent.Verdict;
import io.myelin.protocol.peer.book.PeerEntry.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Who is believed and for how long, with the time in the test's hand. */
final class PeerBookTest {
  private static final BookSettings SETTINGS = BookSettings.DEFAULT;
  private static final int SECOND = 1_000;

  private final Random random = new Random(5);
  private final OperatorKey key = OperatorKey.generate(random);
  private final List<BookEffect> effects = new ArrayList<>();
  private BookState book = BookState.of(SETTINGS, Digest.ZERO);
  private long now = 1_000_000;

  @Test
  void heardCheckedAnsweredListed() {
    PeerRecord record = record(key, PeerRole.GATEWAY, 5);
    hear(record);
    assertThat(effects).containsExactly(new BookEffect.Check(record));
    assertThat(book.listed()).isEmpty();

    check(record, Verdict.GOOD);
    assertThat(effects).containsExactly(new BookEffect.Probe(record));
    assertThat(book.listed()).isEmpty();

    apply(new BookEvent.Answered(record));
    assertThat(effects).hasOnlyElementsOfType(BookEffect.Published.class).hasSize(1);
    assertThat(book.listed()).hasSize(1);
  }

  @Test
  void whoDiesIsGoneWithinHalfAMinute() {
    PeerRecord record = live(5);
    long died = now;
    while (!book.listed().isEmpty()) {
      now += 250;
      apply(new BookEvent.Tick());
      for (BookEffect effect : List.copyOf(effects)) {
        if (effect instanceof BookEffect.Probe) {
          now += 2 * SECOND;
          apply(new BookEvent.Missed(record.nodeId()));
        }
      }
    }
    assertThat(now - died).isLessThanOrEqualTo(30 * SECOND);
  }

  @Test
  void anExpiredRecordRevivesNobody() {
    PeerRecord record = live(5);
    for (int i = 0; i < SETTINGS.maxMisses(); i++) {
      apply(new BookEvent.Missed(record.nodeId()));
    }
    assertThat(stage(record)).isEqualTo(Stage.GONE);
    hear(record);
    assertThat(stage(record)).isEqualTo(Stage.GONE);
    assertThat(book.listed()).isEmpty();

    apply(new BookEvent.Answered(record));
    apply(new BookEvent.Tick());
    check(record, Verdict.GOOD);
    apply(new BookEvent.Answered(record));
    assertThat(book.listed()).hasSize(1);
  }

  @Test
  void aLowerSequenceNeverReplacesAHigher() {
    PeerRecord now5 = live(5);
    hear(record(key, PeerRole.GATEWAY, 4));
    assertThat(book.listed())
        .singleElement()
        .satisfies(e -> assertThat(e.record()).isEqualTo(now5));
    apply(new BookEvent.Answered(record(key, PeerRole.GATEWAY, 4)));
    assertThat(book.listed().getFirst().misses()).isEqualTo(1);
  }

  @Test
  void aNewerRecordIsShownOnlyWhenItIsCheckedAndAnsweredFor() {
    PeerRecord old = live(5);
    PeerRecord next = record(key, PeerRole.GATEWAY, 6);
    hear(next);
    assertThat(believed()).isEqualTo(old);
    check(next, Verdict.GOOD);
    assertThat(believed()).isEqualTo(old);
    apply(new BookEvent.Answered(next));
    assertThat(believed()).isEqualTo(next);
  }

  @Test
  void aLostStakeUnlists() {
    PeerRecord record = live(5);
    now += SETTINGS.recheckMillis();
    apply(new BookEvent.Tick());
    check(record, Verdict.BAD);
    assertThat(book.listed()).isEmpty();
    assertThat(stage(record)).isEqualTo(Stage.REFUSED);
  }

  @Test
  void anUnreachableChainUnlistsNobodyAndListsNobody() {
    PeerRecord record = live(5);
    now += SETTINGS.recheckMillis();
    apply(new BookEvent.Tick());
    check(record, Verdict.UNKNOWN);
    assertThat(book.listed()).hasSize(1);

    PeerRecord other = record(OperatorKey.generate(random), PeerRole.GATEWAY, 1);
    hear(other);
    check(other, Verdict.UNKNOWN);
    apply(new BookEvent.Answered(other));
    assertThat(book.listed()).hasSize(1);
  }

  @Test
  void aFloodOfOneSourceLeavesRoomForOthersAndPushesOutNoneThatIsProven() {
    PeerRecord proven = live(5);
    for (int i = 0; i < 3_000; i++) {
      PeerRecord forged = record(OperatorKey.generate(random), PeerRole.GATEWAY, 1);
      apply(new BookEvent.Heard(forged, "flood", false));
      if (i % 3 == 0) {
        apply(new BookEvent.Checked(forged.nodeId(), 1, Verdict.BAD, Optional.empty()));
      }
    }
    assertThat(book.entries().size()).isLessThanOrEqualTo(SETTINGS.maxPerSource() + 1);
    PeerRecord honest = record(OperatorKey.generate(random), PeerRole.GATEWAY, 1);
    apply(new BookEvent.Heard(honest, "honest", false));
    assertThat(book.entry(honest.nodeId())).isPresent();
    assertThat(believed()).isEqualTo(proven);
  }

  @Test
  void manySourcesTogetherAreBoundedToo() {
    for (int i = 0; i < 3_000; i++) {
      PeerRecord forged = record(OperatorKey.generate(random), PeerRole.REGISTRY, 1);
      apply(new BookEvent.Heard(forged, "source " + i % 40, false));
    }
    assertThat(book.weak()).isLessThanOrEqualTo(SETTINGS.maxUnproven());
    assertThat(book.entries()).hasSize(book.weak());
  }

  @Test
  void whoWasLiveIsLookedForAgainAndAgainButNotForEver() {
    PeerRecord record = live(5);
    int probes = 0;
    long begin = now;
    while (book.entry(record.nodeId()).isPresent()) {
      now += SECOND;
      apply(new BookEvent.Tick());
      if (effects.stream().anyMatch(BookEffect.Probe.class::isInstance)) {
        probes++;
        apply(new BookEvent.Missed(record.nodeId()));
      }
    }
    assertThat(now - begin).isGreaterThanOrEqualTo(SETTINGS.lostMillis());
    assertThat(probes).isBetween(15, 60);
  }

  private PeerRecord live(long sequence) {
    PeerRecord record = record(key, PeerRole.GATEWAY, sequence);
    hear(record);
    check(record, Verdict.GOOD);
    apply(new BookEvent.Answered(record));
    assertThat(stage(record)).isEqualTo(Stage.LIVE);
    return record;
  }

  private PeerRecord believed() {
    return book.listed().getFirst().believed().orElseThrow().record();
  }

  private Stage stage(PeerRecord record) {
    return book.entry(record.nodeId()).orElseThrow().stage();
  }

  private void hear(PeerRecord record) {
    apply(new BookEvent.Heard(record, "test", false));
    apply(new BookEvent.Tick());
  }

  private void check(PeerRecord record, Verdict verdict) {
    apply(new BookEvent.Checked(record.nodeId(), record.sequence(), verdict, Optional.empty()));
    apply(new BookEvent.Tick());
  }

  private void apply(BookEvent event) {
    BookStep step = PeerBook.apply(book, event, now);
    book = step.state();
    effects.clear();
    effects.addAll(step.effects());
  }

  private static PeerRecord record(OperatorKey key, PeerRole role, long sequence) {
    return RecordCodec.sign(
        key,
        new PeerClaim(
            sequence,
            IpAddress.parse("1.2.3.4").orElseThrow(),
            9_000,
            role,
            new NetworkTag(1),
            List.of(),
            Optional.empty(),
            1,
            "x",
            1));
  }
}
