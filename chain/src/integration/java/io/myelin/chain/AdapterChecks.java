package io.myelin.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.chain.abi.Reverts;
import io.myelin.chain.event.CursorSettings;
import io.myelin.chain.event.EventCursor;
import io.myelin.chain.testing.Adapter;
import io.myelin.chain.testing.Ledger;
import io.myelin.chain.testing.TestNode;
import io.myelin.chain.testing.contracts.Coin;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What holds on every execution client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AdapterChecks {
  private static final Address ALICE = Address.parse("0x00000000000000000000000000000000000a11ce");
  private static final Address BOB = Address.parse("0x0000000000000000000000000000000000000b0b");
  private static final Reverts ERRORS = new Reverts(Coin.ERRORS);

  @TempDir static Path folder;
  private TestNode node;
  private Adapter adapter;
  private Coin coin;

  abstract TestNode startNode() throws Exception;

  @BeforeAll
  void start() throws Exception {
    node = startNode();
    adapter = Adapter.of(node, folder, SenderPolicy.local());
    coin = adapter.deploy();
  }

  @AfterAll
  void stop() {
    if (adapter != null) {
      adapter.close();
    }
    if (node != null) {
      node.close();
    }
  }

  private ChainClient chain() {
    return adapter.client();
  }

  private static BigInteger number(long value) {
    return BigInteger.valueOf(value);
  }

  @Test
  void shouldReadAndWriteThroughBindings() throws Exception {
    BigInteger before = coin.balanceOf(ALICE).on(chain());

    var outcome = adapter.succeed("read-write", coin.transfer(ALICE, number(42)));

    assertThat(coin.balanceOf(ALICE).on(chain())).isEqualTo(before.add(number(42)));
    assertThat(coin.name().on(chain())).isEqualTo("Coin");
    assertThat(coin.owner().on(chain())).isEqualTo(adapter.account());
    TransactionReceipt receipt = chain().receipt(outcome.inclusion().transaction()).orElseThrow();
    assertThat(receipt.logs().stream().map(Coin::event).map(event -> event.orElseThrow()))
        .singleElement()
        .isInstanceOfSatisfying(
            Coin.TransferEvent.class,
            event -> {
              assertThat(event.to()).isEqualTo(ALICE);
              assertThat(event.value()).isEqualTo(number(42));
            });
  }

  @Test
  void shouldCarryStructsArraysAndEveryKindOfValue() throws Exception {
    Digest ref = Digest.of(new byte[32]);
    adapter.succeed(
        "structs",
        coin.payAll(
            List.of(
                new Coin.Payment(ref, ALICE, number(1), "erste Zahlung: 1 €"),
                new Coin.Payment(ref, BOB, number(2), ""))));

    Coin.HoldersAnswer holders = coin.holders(List.of(ALICE, BOB)).on(chain());
    assertThat(holders.found()).extracting(Coin.Holder::account).containsExactly(ALICE, BOB);
    assertThat(holders.found().getFirst().since()).isPositive();
    assertThat(holders.total())
        .isEqualTo(holders.found().get(0).amount().add(holders.found().get(1).amount()));
    Coin.EchoAnswer echo =
        coin.echo(
                255,
                number(-7),
                Bytes.parse("0xdeadbeef"),
                List.of(true, false),
                List.of(List.of(number(1)), List.of(), List.of(number(2), number(3))))
            .on(chain());
    assertThat(echo.value0()).isEqualTo(255);
    assertThat(echo.value1()).isEqualTo(number(-7));
    assertThat(echo.value2()).isEqualTo(Bytes.parse("deadbeef"));
    assertThat(echo.value3()).containsExactly(true, false);
    assertThat(echo.value4())
        .containsExactly(List.of(number(1)), List.of(), List.of(number(2), number(3)));
  }

  @Test
  void shouldRejectWhatTheContractRefusesWithItsNamedError() throws Exception {
    TransactionOutcome outcome = adapter.run("too-much", coin.transfer(ALICE, number(999_999_999)));

    assertThat(outcome).isInstanceOf(TransactionOutcome.Rejected.class);
    RevertReason reason = outcome.reason(ERRORS).orElseThrow();
    assertThat(Coin.InsufficientBalanceError.from(reason))
        .hasValueSatisfying(
            error -> {
              assertThat(error.account()).isEqualTo(adapter.account());
              assertThat(error.needed()).isEqualTo(number(999_999_999));
            });
    assertThat(reason.text()).startsWith("InsufficientBalance(account=0x");
  }

  @Test
  void shouldDecodeEveryKindOfRevert() {
    assertThat(reasonOf(coin.failWithText()::on).text()).isEqualTo("plain words");
    assertThat(reasonOf(coin.failWithPanic(BigInteger.ZERO)::on).text())
        .isEqualTo("a division by zero (panic 0x12)");
    assertThat(reasonOf(coin.onlyOwner()::on).text()).isEqualTo("NotOwner()");
    assertThat(reasonOf(coin.failSilently()::on)).isEqualTo(new RevertReason.Unknown(Bytes.EMPTY));
  }

  private RevertReason reasonOf(java.util.function.Consumer<ChainClient> call) {
    try {
      call.accept(chain());
    } catch (RevertedException e) {
      return ERRORS.decode(e.data());
    }
    throw new AssertionError("no revert");
  }

  @Test
  void shouldDoAnIntentOnceHoweverOftenItIsSubmitted() throws Exception {
    BigInteger before = coin.balanceOf(BOB).on(chain());
    TransactionIntent intent = TransactionIntent.of("once", coin.transfer(BOB, number(5)));
    List<CompletableFuture<TransactionOutcome>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(adapter.sender().submit(intent));
    }
    TransactionOutcome first = all.getFirst().get(60, TimeUnit.SECONDS);
    for (var one : all) {
      assertThat(one.get(60, TimeUnit.SECONDS)).isEqualTo(first);
    }
    assertThat(adapter.sender().submit(intent).get(1, TimeUnit.SECONDS)).isEqualTo(first);
    assertThat(coin.balanceOf(BOB).on(chain())).isEqualTo(before.add(number(5)));
    assertThatThrownBy(
            () ->
                adapter
                    .sender()
                    .submit(TransactionIntent.of("once", coin.transfer(BOB, number(6)))))
        .hasMessageContaining("known with another");
  }

  @Test
  void shouldSendDependentIntentsWithoutWaitingBetweenThem() throws Exception {
    long nonce = chain().nonce(adapter.account());
    List<CompletableFuture<TransactionOutcome>> all = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      all.add(
          adapter
              .sender()
              .submit(
                  TransactionIntent.of("burst/" + i, coin.pay(ref("burst/" + i), BOB, number(1)))));
    }
    for (var one : all) {
      assertThat(one.get(60, TimeUnit.SECONDS)).isInstanceOf(TransactionOutcome.Succeeded.class);
    }
    assertThat(chain().nonce(adapter.account())).isEqualTo(nonce + 60);
    for (int i = 0; i < 60; i++) {
      assertThat(coin.timesPaid(ref("burst/" + i)).on(chain())).isEqualTo(BigInteger.ONE);
    }
  }

  @Test
  void shouldDeliverEventsOnceAcrossRestarts() throws Exception {
    Ledger ledger = new Ledger(adapter.store());
    LogFilter filter = LogFilter.of(coin.address()).events(List.of(Coin.PaidEvent.TYPE.topic()));
    CursorSettings settings =
        CursorSettings.of("restarts", filter, 0, 0).polling(Duration.ofMillis(20));
    for (int round = 0; round < 3; round++) {
      try (var _ = EventCursor.start(chain(), settings, adapter.store().events(), ledger)) {
        String id = "event/" + round;
        adapter.succeed(id, coin.pay(ref(id), ALICE, number(1)));
      }
    }
    try (var cursor = EventCursor.start(chain(), settings, adapter.store().events(), ledger)) {
      assertThat(cursor.await(chain().head().number(), 30_000)).isTrue();
    }
    List<EventLog> all = chain().logs(filter, 0, chain().head().number());
    assertThat(ledger.entries()).isEqualTo(all.stream().map(Ledger::describe).toList());
  }

  @Test
  void shouldServeTheSameOverWebSocket() throws Exception {
    try (ChainClient socket = Adapter.client(node.chainId(), node.webSocketUri())) {
      assertThat(socket.genesis()).isEqualTo(chain().genesis());
      List<CompletableFuture<BigInteger>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        CompletableFuture<BigInteger> answer = new CompletableFuture<>();
        Thread.startVirtualThread(() -> answer.complete(coin.totalSupply().on(socket)));
        answers.add(answer);
      }
      for (var answer : answers) {
        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(number(1_000_000));
      }
    }
  }

  private static Digest ref(String text) {
    return io.myelin.protocol.crypto.Keccak256.hash(text.getBytes(StandardCharsets.UTF_8));
  }
}
