package io.myelin.chain.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.testing.Adapter;
import io.myelin.chain.testing.AnvilNode;
import io.myelin.chain.testing.contracts.Coin;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process that pays is killed again and again at random moments, {@code -Dmyelin.kills=N} times;
 * then the contract is asked how often each payment was made.
 */
final class KilledSenderIT {
  private static final int KILLS = Integer.getInteger("myelin.kills", 12);

  /** More than are done before the last kill. */
  private static final int PAYMENTS = 200 + 20 * KILLS;

  @TempDir Path folder;

  @Test
  void shouldPayEachOnceThoughItIsKilled() throws Exception {
    Random random = new Random(20_261_122);
    try (AnvilNode node = AnvilNode.start();
        Adapter adapter = Adapter.of(node, folder, SenderPolicy.local())) {
      Coin coin = adapter.deploy();
      // The child uses the same account, and so the same log: nonces go on where they are.
      adapter.stop();
      int killed = 0;
      boolean done = false;
      int rounds = 0;
      while (!done) {
        assertThat(rounds++).as("rounds").isLessThan(KILLS + 2);
        Process child = start(node, coin);
        try (BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
          String first = lines.readLine();
          assertThat(first).as("the child's first words").isEqualTo("started");
          if (killed < KILLS) {
            // From before the first signature to the middle of the payments.
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(150_000)));
            done = !child.isAlive();
            child.destroyForcibly().waitFor();
            killed++;
          } else {
            assertThat(lines.readLine()).isEqualTo("done");
            done = true;
          }
        }
      }
      for (int i = 0; i < PAYMENTS; i++) {
        assertThat(coin.timesPaid(PayingMain.ref("payment/" + i)).on(adapter.client()))
            .as("payment %d", i)
            .isEqualTo(BigInteger.ONE);
      }
      assertThat(adapter.client().nonce(adapter.account())).isEqualTo(PAYMENTS + 1L);
      System.out.println("killed " + killed + " times, " + PAYMENTS + " payments made once each");
    }
  }

  private Process start(AnvilNode node, Coin coin) throws Exception {
    return new ProcessBuilder(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                PayingMain.class.getName(),
                node.uri().toString(),
                folder.resolve("chain.db").toString(),
                coin.address().toString(),
                Integer.toString(PAYMENTS)))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
