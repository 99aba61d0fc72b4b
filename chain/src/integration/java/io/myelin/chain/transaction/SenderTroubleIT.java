package io.myelin.chain.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.abi.Reverts;
import io.myelin.chain.testing.Adapter;
import io.myelin.chain.testing.AnvilNode;
import io.myelin.chain.testing.Await;
import io.myelin.chain.testing.TestNode;
import io.myelin.chain.testing.contracts.Coin;
import io.myelin.protocol.crypto.Keccak256;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mempool that is stuck or forgets, blocks that never were, and restarts in between. */
final class SenderTroubleIT {
  private static final Address BOB = Address.parse("0x0000000000000000000000000000000000000b0b");
  private static final BigInteger GWEI = BigInteger.TEN.pow(9);

  @TempDir Path folder;
  private AnvilNode node;
  private Adapter adapter;
  private Coin coin;

  @BeforeEach
  void start() throws Exception {
    node = AnvilNode.start();
    adapter =
        Adapter.of(
            node,
            folder,
            SenderPolicy.local().patient(Duration.ofMillis(400), Duration.ofMillis(200)));
    coin = adapter.deploy();
  }

  @AfterEach
  void stop() {
    adapter.close();
    node.close();
  }

  private static Digest ref(String text) {
    return Keccak256.hash(text.getBytes(StandardCharsets.UTF_8));
  }

  private CompletableFuture<TransactionOutcome> pay(String id) {
    return adapter
        .sender()
        .submit(TransactionIntent.of(id, coin.pay(ref(id), BOB, BigInteger.ONE)));
  }

  private BigInteger times(String id) {
    return coin.timesPaid(ref(id)).on(adapter.client());
  }

  private static TransactionOutcome ended(CompletableFuture<TransactionOutcome> future)
      throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  private int attempts(String id) {
    return adapter.sender().status(id).orElseThrow() instanceof IntentStatus.Waiting waiting
        ? waiting.attempts().size()
        : 0;
  }

  @Test
  void shouldReplaceWhatIsStuckAtAHigherPrice() throws Exception {
    node.cheats().automine(false);
    var payment = pay("stuck");
    Await.until("it is replaced twice", () -> attempts("stuck") >= 3);
    node.cheats().mine(1);

    var outcome = (TransactionOutcome.Succeeded) ended(payment);

    List<Attempt> attempts = stored("stuck").attempts();
    assertThat(attempts).extracting(Attempt::nonce).containsOnly(1L);
    for (int i = 1; i < attempts.size(); i++) {
      assertThat(attempts.get(i).fees().maxWei().multiply(BigInteger.valueOf(1000)))
          .isGreaterThanOrEqualTo(
              attempts.get(i - 1).fees().maxWei().multiply(BigInteger.valueOf(1125)));
    }
    assertThat(attempts).extracting(Attempt::hash).contains(outcome.inclusion().transaction());
    assertThat(times("stuck")).isEqualTo(BigInteger.ONE);
  }

  private StoredIntent stored(String id) {
    return adapter
        .store()
        .intents(node.chainId(), adapter.client().genesis(), adapter.account())
        .find(id)
        .orElseThrow();
  }

  @Test
  void shouldFollowABaseFeeThatLeavesItsOfferBehind() throws Exception {
    node.cheats().automine(false);
    var payment = pay("base-fee");
    Await.until("it is sent", () -> attempts("base-fee") >= 1);
    node.cheats().nextBaseFee(GWEI.multiply(BigInteger.valueOf(500)));
    node.cheats().mine(1);
    Await.until(
        "blocks are made until it is in one",
        () -> {
          node.cheats().mine(1);
          return payment.isDone();
        });

    assertThat(ended(payment)).isInstanceOf(TransactionOutcome.Succeeded.class);
    assertThat(times("base-fee")).isEqualTo(BigInteger.ONE);
  }

  @Test
  void shouldSendAgainWhatTheMempoolForgot() throws Exception {
    node.cheats().automine(false);
    var payment = pay("forgotten");
    Await.until("it is sent", () -> attempts("forgotten") >= 1);
    Await.until("the mempool has it", () -> adapter.client().pendingNonce(adapter.account()) == 2);
    node.cheats().call("anvil_dropAllTransactions");
    Await.until(
        "the mempool has it again", () -> adapter.client().pendingNonce(adapter.account()) == 2);
    node.cheats().mine(1);

    assertThat(ended(payment)).isInstanceOf(TransactionOutcome.Succeeded.class);
    assertThat(times("forgotten")).isEqualTo(BigInteger.ONE);
  }

  @Test
  void shouldPayOnceThoughItsBlockNeverWas() throws Exception {
    String before = node.cheats().snapshot();
    List<CompletableFuture<TransactionOutcome>> payments = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      payments.add(pay("reorg/" + i));
    }
    for (var payment : payments) {
      ended(payment);
    }
    node.cheats().revert(before);
    assertThat(times("reorg/0")).isEqualTo(BigInteger.ZERO);

    for (int i = 0; i < 5; i++) {
      String id = "reorg/" + i;
      Await.until("paid again: " + id, () -> times(id).equals(BigInteger.ONE));
    }
    ended(pay("after"));
    for (int i = 0; i < 5; i++) {
      assertThat(times("reorg/" + i)).isEqualTo(BigInteger.ONE);
    }
  }

  @Test
  void shouldKeepCountThroughAReorganisationOfTheLastBlocks() throws Exception {
    for (int i = 0; i < 3; i++) {
      ended(pay("deep/" + i));
    }
    node.cheats().reorg(2);
    for (int i = 0; i < 3; i++) {
      String id = "deep/" + i;
      Await.until("paid: " + id, () -> times(id).equals(BigInteger.ONE));
    }
    assertThat(ended(pay("deep/next"))).isInstanceOf(TransactionOutcome.Succeeded.class);
  }

  @Test
  void shouldTakeUpWhatAnEarlierSenderLeft() throws Exception {
    node.cheats().automine(false);
    for (int i = 0; i < 10; i++) {
      var _ = pay("left/" + i);
    }
    Await.until("some are sent", () -> attempts("left/4") >= 1);
    adapter.restart();
    node.cheats().automine(true);
    node.cheats().mine(1);

    for (int i = 0; i < 10; i++) {
      assertThat(ended(pay("left/" + i))).isInstanceOf(TransactionOutcome.Succeeded.class);
      assertThat(times("left/" + i)).isEqualTo(BigInteger.ONE);
    }
  }

  @Test
  void shouldSayWhyATransactionInABlockReverted() throws Exception {
    node.cheats().automine(false);
    // Both can be paid when they are estimated; when they are mined only the first can.
    var all =
        adapter
            .sender()
            .submit(TransactionIntent.of("all", coin.transfer(BOB, BigInteger.valueOf(999_999))));
    Await.until("the first is sent", () -> attempts("all") >= 1);
    adapter
        .client()
        .estimateGas(
            io.myelin.chain.Call.to(coin.address(), coin.transfer(BOB, BigInteger.ZERO).data()));
    var more =
        adapter
            .sender()
            .submit(TransactionIntent.of("more", coin.transfer(BOB, BigInteger.valueOf(2))));
    Await.until(
        "the second waits or is known to fail", () -> adapter.sender().status("more").isPresent());
    node.cheats().mine(1);

    assertThat(ended(all)).isInstanceOf(TransactionOutcome.Succeeded.class);
    TransactionOutcome outcome = ended(more);
    assertThat(outcome).isNotInstanceOf(TransactionOutcome.Succeeded.class);
    assertThat(
            Coin.InsufficientBalanceError.from(
                outcome.reason(new Reverts(Coin.ERRORS)).orElseThrow()))
        .hasValueSatisfying(error -> assertThat(error.available()).isEqualTo(BigInteger.ONE));
  }

  @Test
  void shouldWaitForMoneyAndGoOn() throws Exception {
    node.fund(adapter.account(), BigInteger.valueOf(1000));
    var payment = pay("poor");
    Await.until(
        "it says what it waits for",
        () ->
            adapter.sender().status("poor").orElseThrow() instanceof IntentStatus.Waiting waiting
                && waiting.trouble().toLowerCase(java.util.Locale.ROOT).contains("funds"));
    node.fund(adapter.account(), TestNode.ETHER);
    assertThat(ended(payment)).isInstanceOf(TransactionOutcome.Succeeded.class);
    assertThat(ended(pay("rich"))).isInstanceOf(TransactionOutcome.Succeeded.class);
  }
}
