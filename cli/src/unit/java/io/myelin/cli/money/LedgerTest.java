package io.myelin.cli.money;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.merkle.MerkleTree;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionHead;
import io.myelin.protocol.settlement.Settlement;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LedgerTest {
  private static final Address CLIENT = address(1);
  private static final Address GATEWAY = address(2);
  private static final Address GATEWAY_OWNER = address(3);
  private static final Address NODE_OWNER = address(4);
  private static final Digest ROOT = Sha256.hash(new byte[] {1});
  private static final SessionId ID = SessionId.of(ROOT.bytes());

  private static Address address(int number) {
    byte[] bytes = new byte[Address.LENGTH];
    bytes[Address.LENGTH - 1] = (byte) number;
    return Address.of(bytes);
  }

  private static BigInteger wei(long wei) {
    return BigInteger.valueOf(wei);
  }

  private static SessionBrief brief(int seats) {
    List<PaidSeat> list = new ArrayList<>();
    for (int i = 0; i < seats; i++) {
      list.add(new PaidSeat(address(10 + i), i == 0 ? NODE_OWNER : address(20 + i)));
    }
    return new SessionBrief(
        ID, new SessionHead(CLIENT, GATEWAY, GATEWAY_OWNER, wei(1_000), 5_000, 0), list, ROOT);
  }

  private static MoneyEvent settled(Outcome outcome, Digest root, long... earned) {
    List<BigInteger> list = new ArrayList<>();
    for (long one : earned) {
      list.add(wei(one));
    }
    return new MoneyEvent.Settled(ID, outcome, root, list, 9_000);
  }

  private static Ledger fold(Address account, MoneyEvent... events) {
    return Ledger.fold(account, List.of(events));
  }

  @Test
  void aBudgetIsInEscrowUntilItIsSettled() {
    Ledger open = fold(CLIENT, new MoneyEvent.Opened(brief(1)));
    assertThat(open.escrowedWei()).isEqualTo(wei(1_000));
    assertThat(open.sessions().getFirst().dueAtSeconds()).isEqualTo(5_000);
    Ledger closing =
        fold(CLIENT, new MoneyEvent.Opened(brief(1)), new MoneyEvent.Closing(ID, 6_000));
    assertThat(closing.escrowedWei()).isEqualTo(wei(1_000));
    assertThat(closing.sessions().getFirst().phase()).isEqualTo(ChainPhase.CLOSING);
    assertThat(closing.sessions().getFirst().dueAtSeconds()).isEqualTo(6_000);
    assertThat(fold(NODE_OWNER, new MoneyEvent.Opened(brief(1))).escrowedWei()).isZero();
  }

  @Test
  void aSettlementIsSplitRoundedDownAndWaits() {
    MoneyEvent[] events = {
      new MoneyEvent.Opened(brief(1)),
      new MoneyEvent.Extended(brief(2)),
      settled(Outcome.CLOSED, ROOT, 107, 13)
    };
    Ledger client = fold(CLIENT, events);
    assertThat(client.escrowedWei()).isZero();
    assertThat(client.spentWei()).isEqualTo(wei(120));
    assertThat(client.backWei()).isEqualTo(wei(880));
    assertThat(client.creditsWei()).isZero();
    assertThat(fold(NODE_OWNER, events).asNodeOwner())
        .isEqualTo(new Earning(wei(85), BigInteger.ZERO));
    assertThat(fold(GATEWAY_OWNER, events).asGatewayOwner())
        .isEqualTo(new Earning(wei(12), BigInteger.ZERO));
    assertThat(fold(GATEWAY, events).asGatewayOwner()).isEqualTo(Earning.NONE);
  }

  @Test
  void aFinalSettlementBecomesCreditsThatAreFetched() {
    MoneyEvent[] events = {
      new MoneyEvent.Opened(brief(1)),
      settled(Outcome.CLOSED, ROOT, 100),
      new MoneyEvent.Finalized(ID, ChainPhase.CLOSED)
    };
    Ledger client = fold(CLIENT, events);
    assertThat(client.backWei()).isZero();
    assertThat(client.returnedWei()).isEqualTo(wei(900));
    assertThat(client.creditsWei()).isEqualTo(wei(900));
    assertThat(fold(NODE_OWNER, events).asNodeOwner())
        .isEqualTo(new Earning(BigInteger.ZERO, wei(80)));
    List<MoneyEvent> fetched = new ArrayList<>(List.of(events));
    fetched.add(new MoneyEvent.Withdrawn(wei(900)));
    assertThat(Ledger.fold(CLIENT, fetched).creditsWei()).isZero();
  }

  @Test
  void whatOthersSettleForADeadGatewayGivesItNothing() {
    MoneyEvent[] events = {
      new MoneyEvent.Opened(brief(1)), settled(Outcome.CLOSED, MerkleTree.EMPTY_ROOT, 100)
    };
    assertThat(fold(GATEWAY_OWNER, events).asGatewayOwner()).isEqualTo(Earning.NONE);
    assertThat(fold(NODE_OWNER, events).asNodeOwner().pendingWei()).isEqualTo(wei(80));
  }

  @Test
  void allOfAnExpiredSessionComesBack() {
    Ledger ledger =
        fold(
            CLIENT,
            new MoneyEvent.Opened(brief(1)),
            settled(Outcome.EXPIRED, MerkleTree.EMPTY_ROOT, 0));
    assertThat(ledger.backWei()).isEqualTo(wei(1_000));
    assertThat(ledger.spentWei()).isZero();
  }

  @Test
  void aCorrectionMovesMoneyFromTheGateway() {
    Settlement corrected =
        new Settlement(Outcome.CLOSED, ROOT, List.of(wei(110)), List.of(wei(88)), wei(2), wei(900));
    MoneyEvent[] events = {
      new MoneyEvent.Opened(brief(1)),
      settled(Outcome.CLOSED, ROOT, 100),
      new MoneyEvent.Corrected(ID, corrected)
    };
    assertThat(fold(NODE_OWNER, events).asNodeOwner().pendingWei()).isEqualTo(wei(88));
    assertThat(fold(GATEWAY_OWNER, events).asGatewayOwner().pendingWei()).isEqualTo(wei(2));
    assertThat(fold(CLIENT, events).sessions().getFirst().dueAtSeconds()).isEqualTo(9_000);
  }

  @Test
  void aSessionOfTheQueuePaysAsItGoes() {
    List<MoneyEvent> events = new ArrayList<>();
    events.add(new MoneyEvent.Opened(brief(1)));
    events.add(new MoneyEvent.TaskPaid(ID, wei(300)));
    Ledger running = Ledger.fold(CLIENT, events);
    assertThat(running.escrowedWei()).isEqualTo(wei(700));
    assertThat(running.spentWei()).isEqualTo(wei(300));
    events.add(new MoneyEvent.Credited(Optional.of(ID), wei(700)));
    events.add(new MoneyEvent.Finalized(ID, ChainPhase.CLOSED));
    Ledger over = Ledger.fold(CLIENT, events);
    assertThat(over.returnedWei()).isEqualTo(wei(700));
    assertThat(over.tasksWei()).isZero();
    assertThat(over.creditsWei()).isEqualTo(wei(700));
    Ledger worker =
        fold(
            NODE_OWNER,
            new MoneyEvent.Opened(brief(1)),
            new MoneyEvent.TaskPaid(ID, wei(300)),
            new MoneyEvent.Credited(Optional.of(ID), wei(270)));
    assertThat(worker.tasksWei()).isEqualTo(wei(270));
    assertThat(worker.creditsWei()).isEqualTo(wei(270));
  }

  @Test
  void sharesOfBatchesAreCreditedWithoutASession() {
    Ledger ledger =
        fold(
            address(9),
            new MoneyEvent.Credited(Optional.empty(), wei(5)),
            new MoneyEvent.Withdrawn(wei(2)));
    assertThat(ledger.sharesWei()).isEqualTo(wei(5));
    assertThat(ledger.creditsWei()).isEqualTo(wei(3));
  }
}
