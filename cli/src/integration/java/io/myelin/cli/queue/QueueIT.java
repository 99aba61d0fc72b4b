package io.myelin.cli.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.ChainClient;
import io.myelin.cli.testing.CommandRun;
import io.myelin.cli.testing.QueueGround;
import io.myelin.cli.testing.WordEngine;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.MyelinToken;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Work without a gateway: Anvil, the contracts, validators, nodes and the commands are real. */
@Timeout(180)
class QueueIT {
  private static final Pattern PAYMENT =
      Pattern.compile("(?m)^  ([0-9]+) wei +to (0x[0-9a-f]{40})");
  private static final Pattern SPENT = Pattern.compile("(?m)^paid .*\\(([0-9]+) wei\\)");

  @TempDir private static Path folder;
  private static QueueGround network;
  private static ChainClient chain;
  private static InferencePayment payment;
  private static MyelinToken token;

  @BeforeAll
  static void start() throws Exception {
    network = QueueGround.start(folder, 3, WordEngine.MODEL);
    for (int number = 1; number <= 3; number++) {
      network.startNode(number, new WordEngine(QueueGround.SLOTS));
    }
    chain = network.chain().client();
    payment = network.chain().network().payment();
    token = network.chain().network().token();
  }

  @AfterAll
  static void stop() {
    network.close();
  }

  private static String id(CommandRun opened) {
    Matcher matcher = Pattern.compile("session +([0-9a-f]{64})").matcher(opened.out());
    assertThat(matcher.find()).as(opened.out()).isTrue();
    return matcher.group(1);
  }

  private static BigInteger spent(CommandRun asked) {
    Matcher matcher = SPENT.matcher(asked.out());
    assertThat(matcher.find()).as(asked.out()).isTrue();
    return new BigInteger(matcher.group(1));
  }

  private static List<BigInteger> payments(CommandRun asked) {
    return PAYMENT.matcher(asked.out()).results().map(one -> new BigInteger(one.group(1))).toList();
  }

  @Test
  void shouldAnswerAndPayToTheWei() {
    Address client = network.ground().roster().client().address();
    BigInteger before = token.balanceOf(client).on(chain);

    String session = id(network.run("queue", "open", "--budget", "1").ok());
    CommandRun asked = network.run("queue", "ask", "--max-tokens", "5", "Count.").ok();

    assertThat(asked.out()).startsWith("w0 w1 w2 w3 w4 ");
    // Seven prompt tokens at one gwei, five output tokens at three.
    assertThat(spent(asked)).isEqualTo(new BigInteger("22000000000"));
    assertThat(payments(asked).stream().reduce(BigInteger.ZERO, BigInteger::add))
        .isEqualTo(spent(asked));
    CommandRun finished = network.run("queue", "finish", session).ok();
    assertThat(finished.out()).contains("returned", "fetched");
    assertThat(token.balanceOf(client).on(chain)).isEqualTo(before.subtract(spent(asked)));
    assertThat(payment.credits(client).on(chain)).isZero();
  }

  @Test
  void shouldPayEveryReplicaThatAgrees() {
    String session = id(network.run("queue", "open", "--redundancy", "2").ok());
    CommandRun asked =
        network.run("queue", "ask", "--session", session, "--max-tokens", "3", "Count.").ok();

    assertThat(asked.out()).startsWith("w0 w1 w2 ");
    assertThat(spent(asked)).isEqualTo(new BigInteger("32000000000"));
    assertThat(payments(asked).stream().reduce(BigInteger.ZERO, BigInteger::add))
        .isEqualTo(spent(asked));
    List<Address> owners =
        network.ground().roster().compute().stream().map(one -> one.owner().address()).toList();
    assertThat(PAYMENT.matcher(asked.out()).results().map(one -> Address.parse(one.group(2))))
        .filteredOn(owners::contains)
        .hasSize(2);
    assertThat(Stream.of(network.run("queue", "show", session).ok().out().split("\n")))
        .anyMatch(line -> line.startsWith("task ") && line.endsWith("completed"));
    network.run("queue", "finish", session).ok();
  }

  @Test
  void shouldGoOnWhereverItsNodesStopped() throws Exception {
    String session = id(network.run("queue", "open", "--redundancy", "3", "--nodes", "3").ok());
    CompletableFuture<CommandRun> asked =
        CompletableFuture.supplyAsync(
            () -> network.run("queue", "ask", "--session", session, "--max-tokens", "4", "Count."));
    Random random = new Random(7);
    for (int stops = 0; stops < 12 && !asked.isDone(); stops++) {
      int number = 1 + random.nextInt(3);
      network.stopNode(number);
      network.startNode(number, new WordEngine(QueueGround.SLOTS));
      try {
        var _ = asked.get(random.nextInt(300), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // Another node stops.
      }
    }

    CommandRun run = asked.get(90, TimeUnit.SECONDS).ok();

    assertThat(run.out()).startsWith("w0 w1 w2 w3 ");
    assertThat(spent(run)).isEqualTo(new BigInteger("57000000000"));
    QueueReader reader = network.reader();
    SessionQueue.TaskQueuedEvent queued =
        (SessionQueue.TaskQueuedEvent)
            reader
                .events(
                    List.of(
                        List.of(SessionQueue.TaskQueuedEvent.TYPE.topic()),
                        List.of(),
                        List.of(ChainTerms.word(SessionId.parse(session)))))
                .getFirst();
    assertThat(reader.history(QueueReader.id(queued.taskId())))
        .filteredOn(SessionQueue.TaskPrecommittedEvent.class::isInstance)
        .hasSize(3);
    network.run("queue", "finish", session).ok();
  }
}
