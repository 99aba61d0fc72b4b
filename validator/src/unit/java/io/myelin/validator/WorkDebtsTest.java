package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.settlement.TestingTasks;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What gateways owe, how it ends and where it is bounded. */
final class WorkDebtsTest {
  private static final Signature DRAW =
      OperatorKey.of(TestingTasks.named("key").bytes()).sign(Digest.ZERO);
  private static final Optional<Address> OWN = Optional.empty();
  private static final int MOST_SESSIONS = 3;
  private static final int RECEIPT_BYTES = 10;

  private final Set<Digest> kept = new HashSet<>();
  private final WorkDebts.Keeper keeper =
      new WorkDebts.Keeper() {
        @Override
        public void owed(WorkDebts.Draw draw) {
          kept.add(draw.content());
        }

        @Override
        public void over(WorkDebts.Draw draw) {
          kept.remove(draw.content());
        }
      };
  private final WorkDebts debts = new WorkDebts(MOST_SESSIONS, 1_000 * RECEIPT_BYTES, keeper);

  /** What is kept for a restart is what is owed. */
  @AfterEach
  void shouldKeepWhatIsOwed() {
    assertThat(kept)
        .containsExactlyInAnyOrderElementsOf(
            debts.all().stream().map(WorkDebts.Draw::content).toList());
  }

  private static SessionId session(int number) {
    return SessionId.of(TestingTasks.named("session/" + number).bytes());
  }

  private static Digest work(int number) {
    return TestingTasks.named("work/" + number);
  }

  private static WorkDebts.Draw draw(int session, int number, Optional<Address> teller) {
    return new WorkDebts.Draw(
        session(session),
        TaskId.of(TestingTasks.named("task/" + number).bytes()),
        Address.ZERO,
        TestingTasks.named("content/" + number),
        Set.of(work(number), work(-number)),
        ByteString.copyFrom(new byte[RECEIPT_BYTES]),
        DRAW,
        teller);
  }

  private boolean owe(int session, int number, Optional<Address> teller) {
    WorkDebts.Draw draw = draw(session, number, teller);
    return debts.owe(draw, draw.works(), 0);
  }

  @Test
  void shouldOweUntilTheWorkOfEachNodeIsShown() {
    assertThat(owe(1, 1, OWN)).isTrue();
    debts.shown(session(1), work(1));
    debts.shown(session(2), work(-1));
    assertThat(debts.owed(session(1))).hasSize(1);
    debts.shown(session(1), work(-1));
    assertThat(debts.owed(session(1))).isEmpty();
    assertThat(debts.all()).isEmpty();
  }

  @Test
  void shouldNotOweWhatWasSeen() {
    assertThat(debts.owe(draw(1, 1, OWN), List.of(), 0)).isFalse();
    assertThat(debts.owed(session(1))).isEmpty();
  }

  @Test
  void shouldForgetNothingOfASessionForFurtherDraws() {
    for (int i = 1; i <= WorkDebts.MOST_OF_A_SESSION; i++) {
      assertThat(owe(1, i, OWN)).isTrue();
    }
    assertThat(debts.isFull(session(1), OWN)).isTrue();
    assertThat(owe(1, 1_000, OWN)).isFalse();
    assertThat(debts.owed(session(1)))
        .hasSize(WorkDebts.MOST_OF_A_SESSION)
        .first()
        .extracting(WorkDebts.Draw::task)
        .isEqualTo(draw(1, 1, OWN).task());
    debts.shown(session(1), work(5));
    debts.shown(session(1), work(-5));
    assertThat(owe(1, 1_000, OWN)).isTrue();
  }

  @Test
  void shouldHearNoMoreThanItsShareOfOneTeller() {
    Optional<Address> one =
        Optional.of(
            Address.of(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
    Optional<Address> other = Optional.of(Address.ZERO);
    for (int i = 1; i <= WorkDebts.MOST_OF_A_TELLER; i++) {
      assertThat(owe(1, i, one)).isTrue();
    }
    assertThat(owe(1, 100, one)).isFalse();
    assertThat(owe(1, 100, other)).isTrue();
    assertThat(owe(1, 101, OWN)).isTrue();
  }

  @Test
  void shouldForgetTheOldestSessionsFirst() {
    for (int i = 1; i <= MOST_SESSIONS + 1; i++) {
      assertThat(owe(i, i, OWN)).isTrue();
    }
    assertThat(debts.owed(session(1))).isEmpty();
    assertThat(debts.all()).hasSize(MOST_SESSIONS);
  }

  @Test
  void shouldForgetTheOldestSessionsWhereReceiptsAreTooLarge() {
    WorkDebts few = new WorkDebts(MOST_SESSIONS, 2 * RECEIPT_BYTES, keeper);
    for (int i = 1; i <= MOST_SESSIONS; i++) {
      WorkDebts.Draw draw = draw(i, i, OWN);
      assertThat(few.owe(draw, draw.works(), 0)).isTrue();
    }
    assertThat(few.all())
        .extracting(WorkDebts.Draw::session)
        .containsExactly(session(2), session(3));
    few.all().forEach(draw -> draw.works().forEach(work -> few.shown(draw.session(), work)));
  }

  @Test
  void shouldTellOfOwnDrawsInTimeAndAgainEverLater() {
    long minute = 60_000_000_000L;
    WorkDebts.Draw own = draw(1, 1, OWN);
    WorkDebts.Draw others = draw(1, 2, Optional.of(Address.ZERO));
    assertThat(debts.owe(own, own.works(), minute)).isTrue();
    assertThat(debts.owe(others, others.works(), 0)).isTrue();
    assertThat(debts.due(minute - 1, 16)).isEmpty();
    // A batch that leaves it out is under review: now.
    assertThat(debts.owe(own, own.works(), minute - 1)).isTrue();
    assertThat(debts.due(minute - 1, 16)).containsExactly(own);
    assertThat(debts.due(minute, 16)).isEmpty();
    assertThat(debts.due(2 * minute, 0)).isEmpty();
    assertThat(debts.due(2 * minute, 16)).containsExactly(own);
    assertThat(debts.due(3 * minute, 16)).isEmpty();
    assertThat(debts.due(4 * minute, 16)).containsExactly(own);
    debts.shown(session(1), work(1));
    debts.shown(session(1), work(-1));
    assertThat(debts.due(1_000 * minute, 16)).isEmpty();
  }
}
