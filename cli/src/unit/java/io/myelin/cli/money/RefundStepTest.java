package io.myelin.cli.money;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionHead;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RefundStepTest {
  private static final Address CLIENT = Address.parse("0x" + "01".repeat(20));
  private static final Address OTHER = Address.parse("0x" + "02".repeat(20));
  private static final long EXPIRY = 10_000;
  private static final long SETTLE = 1_000;
  private static final SessionMoney ACTIVE =
      SessionMoney.opened(
          new SessionBrief(
              SessionId.of(Digest.ZERO.bytes()),
              new SessionHead(CLIENT, OTHER, OTHER, BigInteger.TEN, EXPIRY, 0),
              List.of(),
              Digest.ZERO));

  private static RefundStep next(SessionMoney session, Address caller, long now) {
    return RefundStep.next(session, caller, false, now, SETTLE);
  }

  @Test
  void onlyItsClientClosesAnActiveSessionAndOnlyBeforeItExpires() {
    assertThat(next(ACTIVE, CLIENT, EXPIRY - 1)).isEqualTo(new RefundStep.Close());
    assertThat(next(ACTIVE, OTHER, EXPIRY - 1))
        .isInstanceOfSatisfying(
            RefundStep.Wait.class,
            wait -> assertThat(wait.untilSeconds()).isEqualTo(EXPIRY + SETTLE));
    assertThat(next(ACTIVE, CLIENT, EXPIRY))
        .isInstanceOfSatisfying(
            RefundStep.Wait.class,
            wait -> assertThat(wait.untilSeconds()).isEqualTo(EXPIRY + SETTLE));
  }

  @Test
  void anyoneExpiresWhatIsOverdue() {
    assertThat(next(ACTIVE, OTHER, EXPIRY + SETTLE)).isEqualTo(new RefundStep.Expire());
    SessionMoney closing = ACTIVE.at(ChainPhase.CLOSING, 5_000);
    assertThat(next(closing, CLIENT, 4_999)).isInstanceOf(RefundStep.Wait.class);
    assertThat(next(closing, OTHER, 5_000)).isEqualTo(new RefundStep.Expire());
  }

  @Test
  void aSettlementIsPaidOutAfterItsWindow() {
    SessionMoney settled = ACTIVE.at(ChainPhase.SETTLED, 5_000);
    assertThat(next(settled, CLIENT, 4_999)).isInstanceOf(RefundStep.Wait.class);
    assertThat(next(settled, OTHER, 5_000)).isEqualTo(new RefundStep.Pay());
    for (ChainPhase last : List.of(ChainPhase.CLOSED, ChainPhase.EXPIRED, ChainPhase.FAILED)) {
      assertThat(next(ACTIVE.at(last, 0), CLIENT, 1)).isEqualTo(new RefundStep.Done());
    }
  }

  @Test
  void aSessionOfTheQueueFinishesAtOnce() {
    assertThat(RefundStep.next(ACTIVE, CLIENT, true, 1, SETTLE)).isEqualTo(new RefundStep.Finish());
    assertThat(RefundStep.next(ACTIVE, OTHER, true, 1, SETTLE)).isInstanceOf(RefundStep.Wait.class);
    assertThat(RefundStep.next(ACTIVE, OTHER, true, EXPIRY, SETTLE))
        .isEqualTo(new RefundStep.Finish());
  }
}
