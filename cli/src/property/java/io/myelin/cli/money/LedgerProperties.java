package io.myelin.cli.money;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.merkle.MerkleTree;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionHead;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever happens to a session, no wei of its budget is lost or counted twice. */
class LedgerProperties {
  private static final Address CLIENT = Address.parse("0x" + "01".repeat(20));
  private static final Address GATEWAY = Address.parse("0x" + "02".repeat(20));

  @Property(tries = 500)
  void aBudgetIsAlwaysSomewhereOnce(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int many) {
    Random random = new Random(seed);
    List<MoneyEvent> events = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      events.addAll(history(random, i));
    }
    for (int told = 0; told <= events.size(); told++) {
      Ledger ledger = Ledger.fold(CLIENT, events.subList(0, told));
      for (SessionMoney session : ledger.sessions()) {
        assertThat(
                session
                    .spentWei()
                    .add(session.escrowedWei())
                    .add(session.backWei())
                    .add(session.returnedWei()))
            .isEqualTo(session.budgetWei());
      }
      assertThat(ledger.creditsWei()).isEqualTo(ledger.returnedWei());
    }
  }

  /** A session's life, cut anywhere by the caller. */
  private static List<MoneyEvent> history(Random random, int number) {
    SessionId id = SessionId.of(Sha256.hash(ByteBuffer.allocate(4).putInt(number).array()).bytes());
    BigInteger budget = new BigInteger(90, random).add(BigInteger.ONE);
    List<PaidSeat> seats = new ArrayList<>();
    List<BigInteger> earned = new ArrayList<>();
    List<BigInteger> nothing = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      seats.add(new PaidSeat(Address.ZERO, GATEWAY));
      earned.add(
          budget
              .divide(BigInteger.valueOf(count))
              .multiply(BigInteger.valueOf(random.nextInt(101)))
              .divide(BigInteger.valueOf(100)));
      nothing.add(BigInteger.ZERO);
    }
    List<MoneyEvent> events = new ArrayList<>();
    events.add(
        new MoneyEvent.Opened(
            new SessionBrief(
                id,
                new SessionHead(CLIENT, GATEWAY, GATEWAY, budget, 1_000, 0),
                seats,
                Sha256.hash(new byte[0]))));
    if (random.nextBoolean()) {
      events.add(new MoneyEvent.Closing(id, 2_000));
    }
    Outcome outcome = Outcome.of(random.nextInt(3));
    boolean isSettled = outcome == Outcome.CLOSED;
    events.add(
        new MoneyEvent.Settled(
            id,
            outcome,
            isSettled && random.nextBoolean() ? Sha256.hash(new byte[] {1}) : MerkleTree.EMPTY_ROOT,
            isSettled ? earned : nothing,
            3_000));
    events.add(new MoneyEvent.Finalized(id, ChainPhase.of(4L + outcome.number())));
    return events;
  }
}
