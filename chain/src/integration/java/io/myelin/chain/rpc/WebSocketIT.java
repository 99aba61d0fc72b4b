package io.myelin.chain.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EndpointsFailedException;
import io.myelin.chain.testing.Adapter;
import io.myelin.chain.testing.AnvilNode;
import io.myelin.chain.testing.TcpProxy;
import io.myelin.chain.testing.TestNode;
import io.myelin.chain.testing.contracts.Coin;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One long connection, and what breaks it. */
final class WebSocketIT {
  @TempDir Path folder;
  private AnvilNode node;
  private TcpProxy proxy;

  @BeforeEach
  void start() {
    node = AnvilNode.start();
    proxy = new TcpProxy(node.webSocketUri());
  }

  @AfterEach
  void stop() {
    proxy.close();
    node.close();
  }

  @Test
  void shouldConnectAgainAfterABreak() {
    try (ChainClient chain = Adapter.client(31_337, proxy.uri())) {
      for (int i = 0; i < 5; i++) {
        assertThat(chain.balance(Address.ZERO)).isZero();
        proxy.cut();
      }
      assertThat(proxy.connections()).isGreaterThanOrEqualTo(5);
    }
  }

  @Test
  void shouldNotWaitForEverOnADeadConnection() {
    try (ChainClient chain = Adapter.client(31_337, proxy.uri())) {
      chain.balance(Address.ZERO);
      proxy.swallow(true);
      long start = System.nanoTime();
      assertThatThrownBy(() -> chain.balance(Address.ZERO))
          .isInstanceOf(EndpointsFailedException.class)
          .hasMessageContaining("no answer within 2000 ms");
      assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(8);
      proxy.swallow(false);
      assertThat(chain.balance(Address.ZERO)).isZero();
    }
  }

  @Test
  void shouldPayOnceOverAConnectionThatBreaksAllTheTime() throws Exception {
    OperatorKey key = OperatorKey.generate(new Random(2));
    node.fund(key.address(), TestNode.ETHER);
    ChainClient chain = Adapter.client(31_337, proxy.uri(), node.uri());
    try (Adapter adapter =
        Adapter.open(chain, key, folder.resolve("chain.db"), SenderPolicy.local())) {
      Coin coin = adapter.deploy();
      List<CompletableFuture<TransactionOutcome>> all = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        all.add(
            adapter
                .sender()
                .submit(
                    TransactionIntent.of(
                        "pay/" + i, coin.pay(ref(i), Address.ZERO, BigInteger.ONE))));
        if (i % 5 == 0) {
          proxy.cut();
        }
      }
      for (var one : all) {
        assertThat(one.get(60, TimeUnit.SECONDS)).isInstanceOf(TransactionOutcome.Succeeded.class);
      }
      for (int i = 0; i < 60; i++) {
        assertThat(coin.timesPaid(ref(i)).on(chain)).isEqualTo(BigInteger.ONE);
      }
    }
  }

  private static Digest ref(int i) {
    return Keccak256.hash(("pay/" + i).getBytes(StandardCharsets.UTF_8));
  }
}
