package io.myelin.chain.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.chain.ChainClient;
import io.myelin.chain.LogFilter;
import io.myelin.chain.testing.Adapter;
import io.myelin.chain.testing.AnvilNode;
import io.myelin.chain.testing.Await;
import io.myelin.chain.testing.contracts.Coin;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalChainIT {
  @TempDir Path folder;

  private LocalChainSettings kept() {
    return LocalChainSettings.forgetful(AnvilNode.root()).keptIn(folder.resolve("chain"), 0);
  }

  @Test
  void shouldGoOnFromItsFolder() throws Exception {
    OperatorKey key = OperatorKey.generate(new Random(3));
    Address coin;
    long head;
    try (LocalChain chain = LocalChain.start(kept())) {
      chain.fund(key.address(), BigInteger.TEN.pow(20));
      try (Adapter adapter =
          Adapter.open(
              Adapter.client(chain.chainId(), chain.uri()),
              key,
              folder.resolve("chain.db"),
              SenderPolicy.local())) {
        Coin deployed = adapter.deploy();
        adapter.succeed("one", deployed.transfer(Address.ZERO, BigInteger.TWO));
        coin = deployed.address();
        head = adapter.client().head().number();
      }
    }
    try (LocalChain chain = LocalChain.start(kept());
        Adapter adapter =
            Adapter.open(
                Adapter.client(chain.chainId(), chain.uri()),
                key,
                folder.resolve("chain.db"),
                SenderPolicy.local())) {
      assertThat(adapter.client().head().number()).isEqualTo(head);
      Coin again = new Coin(coin);
      assertThat(again.balanceOf(Address.ZERO).on(adapter.client())).isEqualTo(BigInteger.TWO);
      assertThat(adapter.client().logs(LogFilter.of(coin), 0, head)).hasSize(2);
      // The same genesis, so the same log of intents: this one was done before.
      adapter.succeed("one", again.transfer(Address.ZERO, BigInteger.TWO));
      assertThat(again.balanceOf(Address.ZERO).on(adapter.client())).isEqualTo(BigInteger.TWO);
      adapter.succeed("two", again.transfer(Address.ZERO, BigInteger.TWO));
      assertThat(again.balanceOf(Address.ZERO).on(adapter.client()))
          .isEqualTo(BigInteger.valueOf(4));
    }
  }

  @Test
  void shouldDieWithTheProcessThatStartedIt() throws Exception {
    Process parent =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                "-Dmyelin.root=" + AnvilNode.root(),
                "-cp",
                System.getProperty("java.class.path"),
                ChainHolderMain.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<Long> children;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(parent.getInputStream(), StandardCharsets.UTF_8))) {
      children = Arrays.stream(lines.readLine().split(" ", -1)).map(Long::valueOf).toList();
      assertThat(children).hasSizeGreaterThanOrEqualTo(2);
      parent.destroyForcibly().waitFor();
    }
    Await.until(
        "guard and chain are gone",
        () ->
            children.stream()
                .noneMatch(id -> ProcessHandle.of(id).filter(ProcessHandle::isAlive).isPresent()));
  }

  @Test
  void shouldSayWhatIsMissing() {
    assertThatThrownBy(() -> AnvilBinary.find(folder, null, folder.toString()))
        .isInstanceOf(LocalChainException.class)
        .hasMessageContaining("npm ci")
        .hasMessageContaining("MYELIN_ANVIL");
  }

  @Test
  void shouldSayThatItsPortIsTaken() {
    try (LocalChain chain = LocalChain.start(LocalChainSettings.forgetful(AnvilNode.root()))) {
      int port = chain.uri().getPort();
      assertThatThrownBy(() -> LocalChain.start(kept().keptIn(folder.resolve("other"), port)))
          .isInstanceOf(LocalChainException.class)
          .hasMessageContaining("ddress already in use");
      try (ChainClient client = Adapter.client(chain.chainId(), chain.uri())) {
        assertThat(client.head().number()).isZero();
      }
    }
  }
}
