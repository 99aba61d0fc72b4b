package io.myelin.chain.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.testing.Adapter;
import io.myelin.chain.testing.AnvilNode;
import io.myelin.chain.testing.Await;
import io.myelin.chain.testing.Ledger;
import io.myelin.chain.testing.TroubleProxy;
import io.myelin.chain.testing.TroubleProxy.Mode;
import io.myelin.chain.testing.contracts.Coin;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real chain that reorganises, endpoints that limit and cut, and consumers that fail. */
final class EventCursorIT {
  @TempDir Path folder;
  private AnvilNode node;
  private Adapter adapter;
  private Coin coin;
  private Ledger ledger;
  private int payments;

  @BeforeEach
  void start() throws Exception {
    node = AnvilNode.start();
    adapter = Adapter.of(node, folder, SenderPolicy.local());
    coin = adapter.deploy();
    ledger = new Ledger(adapter.store());
  }

  @AfterEach
  void stop() {
    adapter.close();
    node.close();
  }

  private LogFilter filter() {
    return LogFilter.of(coin.address()).events(List.of(Coin.PaidEvent.TYPE.topic()));
  }

  private CursorSettings settings(int confirmations) {
    return CursorSettings.of("payments", filter(), 0, confirmations)
        .polling(Duration.ofMillis(20))
        .sized(64, 2_000);
  }

  private void pay() throws Exception {
    String id = "pay/" + payments++;
    adapter.succeed(
        id,
        coin.pay(
            Keccak256.hash(id.getBytes(StandardCharsets.UTF_8)), Address.ZERO, BigInteger.ONE));
  }

  private List<String> onChain(long last) {
    return adapter.client().logs(filter(), 0, last).stream().map(Ledger::describe).toList();
  }

  private void awaitSame() throws Exception {
    Await.until(
        "the ledger is what the chain holds",
        () -> ledger.entries().equals(onChain(adapter.client().head().number())));
  }

  private EventCursor<Connection> follow(ChainClient chain, CursorSettings settings) {
    return EventCursor.start(chain, settings, adapter.store().events(), ledger);
  }

  @Test
  void shouldTakeBackAndDeliverAgainWhenBlocksAreReplaced() throws Exception {
    try (var _ = follow(adapter.client(), settings(0))) {
      for (int round = 0; round < 4; round++) {
        pay();
        pay();
        awaitSame();
        // Empty blocks instead; the sender then pays again in new ones.
        node.cheats().reorg(1 + round % 3);
        Await.until(
            "the sender sent again",
            () -> adapter.client().nonce(adapter.account()) == payments + 1L);
        // State and logs are read apart: what was paid again may be in no log yet.
        Await.until(
            "the ledger has every payment once",
            () ->
                ledger.entries().size() == payments
                    && ledger.entries().equals(onChain(adapter.client().head().number())));
      }
    }
    assertThat(ledger.entries()).hasSize(payments);
  }

  @Test
  void shouldNoticeAChainThatWentBack() throws Exception {
    pay();
    String snapshot = node.cheats().snapshot();
    try (var _ = follow(adapter.client(), settings(0))) {
      pay();
      pay();
      awaitSame();
      adapter.sender().close();
      node.cheats().revert(snapshot);
      awaitSame();
      assertThat(ledger.entries()).hasSize(1);
    }
  }

  @Test
  void shouldWaitForConfirmationsAndThenNeverTakeBack() throws Exception {
    AtomicInteger takenBack = new AtomicInteger();
    EventConsumer<Connection> counting =
        new EventConsumer<>() {
          @Override
          public void apply(Connection transaction, List<EventLog> logs) throws Exception {
            ledger.apply(transaction, logs);
          }

          @Override
          public void revert(Connection transaction, List<EventLog> logs) {
            takenBack.addAndGet(logs.size());
          }
        };
    try (var cursor =
        EventCursor.start(adapter.client(), settings(5), adapter.store().events(), counting)) {
      pay();
      long block = adapter.client().head().number();
      node.cheats().mine(4);
      assertThat(cursor.await(block - 1, 20_000)).isTrue();
      assertThat(ledger.entries()).isEmpty();
      node.cheats().reorg(3);
      node.cheats().mine(5);
      assertThat(cursor.await(block, 20_000)).isTrue();
      assertThat(ledger.entries()).hasSize(1);
    }
    assertThat(takenBack).hasValue(0);
  }

  @Test
  void shouldFillInAfterDowntimeInRangesThatTheEndpointAllows() throws Exception {
    for (int i = 0; i < 5; i++) {
      pay();
      node.cheats().mine(60);
    }
    try (TroubleProxy proxy = new TroubleProxy(node.uri())) {
      proxy.behave(Mode.SHORT_RANGES);
      try (ChainClient chain = Adapter.client(node.chainId(), proxy.uri());
          var cursor = follow(chain, settings(0))) {
        assertThat(cursor.await(chain.head().number(), 30_000)).isTrue();
      }
      assertThat(proxy.widestRange()).isBetween(5, 10);
    }
    assertThat(ledger.entries()).hasSize(5).isEqualTo(onChain(10_000));
  }

  @Test
  void shouldDeliverOnceThoughConnectionsBreakAndTheConsumerFails() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    EventConsumer<Connection> failing =
        new EventConsumer<>() {
          @Override
          public void apply(Connection transaction, List<EventLog> logs) throws Exception {
            ledger.apply(transaction, logs);
            if (!logs.isEmpty() && calls.incrementAndGet() % 2 == 1) {
              throw new IllegalStateException("after its effect, before the commit");
            }
          }

          @Override
          public void revert(Connection transaction, List<EventLog> logs) throws Exception {
            ledger.revert(transaction, logs);
          }
        };
    try (TroubleProxy proxy = new TroubleProxy(node.uri());
        ChainClient chain = Adapter.client(node.chainId(), proxy.uri());
        var _ = EventCursor.start(chain, settings(0), adapter.store().events(), failing)) {
      for (int i = 0; i < 8; i++) {
        proxy.behave(i % 2 == 0 ? Mode.CUT_AFTER_THE_FACT : Mode.HONEST);
        pay();
      }
      proxy.behave(Mode.HONEST);
      awaitSame();
    }
    assertThat(ledger.entries()).hasSize(8);
  }
}
