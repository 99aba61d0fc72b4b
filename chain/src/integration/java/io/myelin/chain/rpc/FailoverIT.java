package io.myelin.chain.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EndpointsFailedException;
import io.myelin.chain.WrongChainException;
import io.myelin.chain.testing.Adapter;
import io.myelin.chain.testing.AnvilNode;
import io.myelin.chain.testing.TestNode;
import io.myelin.chain.testing.TroubleProxy;
import io.myelin.chain.testing.TroubleProxy.Mode;
import io.myelin.chain.testing.contracts.Coin;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Endpoints that are silent, slow, cut, frozen, of another chain, or lie. */
final class FailoverIT {
  @TempDir Path folder;
  private AnvilNode node;
  private TroubleProxy first;
  private TroubleProxy second;

  @BeforeEach
  void start() {
    node = AnvilNode.start();
    first = new TroubleProxy(node.uri());
    second = new TroubleProxy(node.uri());
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
    node.close();
  }

  /** With a clock that stands still but for the test, however slow the machine is. */
  private ChainClient both(AtomicLong nowNanos) {
    return RpcChainClient.connect(
        Adapter.settings(31_337, first.uri(), second.uri()), nowNanos::get);
  }

  private ChainClient both() {
    return Adapter.client(31_337, first.uri(), second.uri());
  }

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"SILENT", "CUT", "UNAVAILABLE", "GARBAGE", "CUT_AFTER_THE_FACT"})
  void shouldGoOnWithTheOtherEndpointAndComeBack(Mode mode) throws Exception {
    AtomicLong nowNanos = new AtomicLong();
    try (ChainClient chain = both(nowNanos)) {
      chain.balance(Address.ZERO);
      first.behave(mode);
      chain.balance(Address.ZERO);
      int asked = first.requests();
      for (int i = 0; i < 5; i++) {
        chain.balance(Address.ZERO);
      }
      assertThat(first.requests()).as("it rests").isEqualTo(asked);
      first.behave(Mode.HONEST);
      io.myelin.chain.testing.Await.until(
          "it is preferred again",
          () -> {
            nowNanos.addAndGet(Duration.ofMillis(100).toNanos());
            chain.balance(Address.ZERO);
            return first.requests() > asked;
          });
    }
  }

  @Test
  void shouldLeaveAnEndpointThatAnswersSlowly() throws Exception {
    try (ChainClient chain = both()) {
      chain.balance(Address.ZERO);
      first.behave(Mode.SLOW);
      for (int i = 0; i < 4; i++) {
        chain.balance(Address.ZERO);
      }
      int asked = first.requests();
      for (int i = 0; i < 5; i++) {
        chain.balance(Address.ZERO);
      }
      assertThat(first.requests()).isEqualTo(asked);
    }
  }

  @Test
  void shouldNotBelieveAHeadThatCannotBeShown() throws Exception {
    node.cheats().mine(10);
    first.behave(Mode.HEAD_TOO_HIGH);
    try (ChainClient chain = both()) {
      assertThat(chain.head().number()).isEqualTo(10);
      int asked = first.requests();
      assertThat(chain.head().number()).isEqualTo(10);
      assertThat(first.requests()).as("it is left").isEqualTo(asked);
    }
  }

  @Test
  void shouldNotBelieveAnEndpointThatBeginsToLie() throws Exception {
    try (ChainClient chain = both()) {
      assertThat(chain.head().number()).isZero();
      first.behave(Mode.HEAD_TOO_HIGH);
      node.cheats().mine(1);
      assertThat(chain.head().number()).isEqualTo(1);
    }
  }

  @Test
  void shouldLeaveAnEndpointThatFellBehind() throws Exception {
    first.behave(Mode.FROZEN);
    node.cheats().mine(20);
    // Endpoints are compared that answer within half of a call's time.
    ChainSettings patient =
        Adapter.settings(31_337, first.uri(), second.uri())
            .withTimes(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20));
    try (ChainClient chain = RpcChainClient.connect(patient)) {
      assertThat(chain.head().number()).isEqualTo(20);
      assertThat(chain.block(20)).isPresent();
    }
  }

  @Test
  void shouldRefuseAnEndpointOfAnotherChain() throws Exception {
    first.behave(Mode.OTHER_CHAIN);
    try (ChainClient chain = both()) {
      chain.balance(Address.ZERO);
      int asked = first.requests();
      chain.balance(Address.ZERO);
      assertThat(first.requests()).isEqualTo(asked);
    }
    try (ChainClient chain = Adapter.client(31_337, first.uri())) {
      assertThatThrownBy(() -> chain.balance(Address.ZERO))
          .isInstanceOf(WrongChainException.class)
          .hasMessageContaining("serves chain 1 (expected: 31337)");
    }
  }

  @Test
  void shouldNameEveryEndpointThatFailedButNotItsKey() throws Exception {
    first.behave(Mode.UNAVAILABLE);
    second.behave(Mode.GARBAGE);
    URI secret = URI.create(first.uri() + "/v3/secret-api-key");
    try (ChainClient chain = Adapter.client(31_337, secret, second.uri())) {
      assertThatThrownBy(() -> chain.balance(Address.ZERO))
          .isInstanceOf(EndpointsFailedException.class)
          .hasMessageContaining("HTTP status 503")
          .hasMessageContaining("no JSON")
          .hasMessageNotContaining("secret-api-key");
    }
    assertThat(Adapter.settings(31_337, secret).toString()).doesNotContain("secret-api-key");
  }

  @Test
  void shouldPayOnceWhileBothEndpointsComeAndGo() throws Exception {
    OperatorKey key = OperatorKey.generate(new Random(9));
    node.fund(key.address(), TestNode.ETHER);
    Random random = new Random(4);
    List<Mode> modes = List.of(Mode.HONEST, Mode.CUT, Mode.CUT_AFTER_THE_FACT, Mode.UNAVAILABLE);
    try (Adapter adapter =
        Adapter.open(both(), key, folder.resolve("chain.db"), SenderPolicy.local())) {
      Coin coin = adapter.deploy();
      List<CompletableFuture<TransactionOutcome>> all = new ArrayList<>();
      for (int i = 0; i < 80; i++) {
        if (i % 8 == 0 && i > 0) {
          // Both may be bad for a while; one is good again before payments are waited for.
          int asked = second.requests();
          io.myelin.chain.testing.Await.until(
              "trouble is met", () -> second.requests() > asked + 3 || all.getLast().isDone());
          (random.nextBoolean() ? first : second).behave(Mode.HONEST);
          all.getLast().get(60, TimeUnit.SECONDS);
          first.behave(modes.get(random.nextInt(modes.size())));
          second.behave(modes.get(random.nextInt(modes.size())));
        }
        all.add(
            adapter
                .sender()
                .submit(
                    TransactionIntent.of(
                        "pay/" + i, coin.pay(ref(i), Address.ZERO, BigInteger.ONE))));
      }
      first.behave(Mode.HONEST);
      second.behave(Mode.HONEST);
      for (var one : all) {
        assertThat(one.get(60, TimeUnit.SECONDS)).isInstanceOf(TransactionOutcome.Succeeded.class);
      }
      for (int i = 0; i < 80; i++) {
        assertThat(coin.timesPaid(ref(i)).on(adapter.client())).isEqualTo(BigInteger.ONE);
      }
    }
  }

  private static Digest ref(int i) {
    return Keccak256.hash(("pay/" + i).getBytes(StandardCharsets.UTF_8));
  }
}
