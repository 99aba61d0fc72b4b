package io.myelin.cli.onchain;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.ChainClient;
import io.myelin.chain.LogFilter;
import io.myelin.cli.devnet.Child;
import io.myelin.cli.devnet.genesis.Person;
import io.myelin.cli.devnet.genesis.Roster;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.CommandRun;
import io.myelin.cli.testing.LiveNetwork;
import io.myelin.cli.testing.QueueGround;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.MyelinToken;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.queue.QueueOffer;
import io.myelin.protocol.queue.QueuePhase;
import io.myelin.protocol.queue.QueueStage;
import io.myelin.protocol.queue.QueueTask;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Work without a gateway, with the real model: answered, paid, and carried through deaths. */
@Timeout(420)
class QueueLiveIT {
  private static final int NODES = 3;

  @TempDir private static Path folder;
  private static QueueGround network;
  private static InferenceEngine engine;
  private static ChainClient chain;

  @BeforeAll
  static void start() throws Exception {
    engine =
        EngineSource.prepare(List.of(LiveNetwork.MODEL), FetchProgress.SILENT)
            .open(NODES * QueueGround.SLOTS, 1);
    network = QueueGround.start(folder, NODES, LiveNetwork.MODEL);
    chain = network.chain().client();
  }

  @AfterAll
  static void stop() {
    network.close();
    engine.close();
  }

  @AfterEach
  void stopNodes() {
    for (int number = 1; number <= NODES; number++) {
      network.stopNode(number);
    }
  }

  private static String open(String... words) {
    List<String> all = new ArrayList<>(List.of("queue", "open"));
    all.addAll(List.of(words));
    CommandRun opened = network.run(all.toArray(String[]::new)).ok();
    Matcher matcher = Pattern.compile("session +([0-9a-f]{64})").matcher(opened.out());
    assertThat(matcher.find()).as(opened.out()).isTrue();
    return matcher.group(1);
  }

  private static CommandRun ask(String session) {
    return network.run("queue", "ask", "--session", session, "--max-tokens", "12", "Say yes.").ok();
  }

  private static BigInteger spent(CommandRun asked) {
    Matcher matcher = Pattern.compile("(?m)^paid .*\\(([0-9]+) wei\\)").matcher(asked.out());
    assertThat(matcher.find()).as(asked.out()).isTrue();
    return new BigInteger(matcher.group(1));
  }

  private static InferencePayment payment() {
    return network.chain().network().payment();
  }

  /** What everybody but the client may fetch. */
  private static BigInteger credits() {
    Roster roster = network.ground().roster();
    List<Address> all = new ArrayList<>(List.of(roster.treasury().address()));
    roster.compute().forEach(node -> all.add(node.owner().address()));
    roster.validators().forEach(validator -> all.add(validator.owner().address()));
    return all.stream()
        .map(account -> payment().credits(account).on(chain))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  private static int numberOf(Address node) {
    List<Person> people = network.ground().roster().compute();
    for (int i = 0; i < people.size(); i++) {
      if (people.get(i).node().equals(node)) {
        return i + 1;
      }
    }
    throw new AssertionError(node + " is no node of this network");
  }

  private static BigInteger creditsOf(Address node) {
    Address owner = network.ground().roster().compute().get(numberOf(node) - 1).owner().address();
    return payment().credits(owner).on(chain);
  }

  private static boolean says(Path log, String words) {
    try {
      return Files.readString(log).contains(words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The nodes of a session. */
  private static List<Address> seats(String session) {
    LogFilter filter =
        new LogFilter(
            List.of(network.chain().network().sessions().address()),
            List.of(List.of(), List.of(ChainTerms.word(SessionId.parse(session)))));
    return chain.logs(filter, 0, chain.head().number()).stream()
        .flatMap(one -> TermsEvent.from(one).stream())
        .filter(TermsEvent.Opened.class::isInstance)
        .flatMap(opened -> ((TermsEvent.Opened) opened).brief().seats().stream())
        .map(seat -> seat.node())
        .toList();
  }

  /** The newest task of a session once its nodes are drawn. */
  private static QueueTask drawn(String session) throws Exception {
    return Await.found(
        "the task's nodes are drawn",
        () ->
            network
                .reader()
                .events(
                    List.of(
                        List.of(SessionQueue.TaskQueuedEvent.TYPE.topic()),
                        List.of(),
                        List.of(ChainTerms.word(SessionId.parse(session)))))
                .stream()
                .map(SessionQueue.TaskQueuedEvent.class::cast)
                .reduce((_, newer) -> newer)
                .flatMap(queued -> network.reader().task(QueueReader.id(queued.taskId())))
                .filter(task -> !task.offers().isEmpty()));
  }

  private static void awaitStage(QueueTask task, Address node, QueueStage stage) throws Exception {
    Await.until(
        "node " + numberOf(node) + " is " + stage,
        () ->
            network
                .reader()
                .task(task.id())
                .flatMap(now -> now.offerOf(node))
                .filter(offer -> offer.stage() == stage)
                .isPresent());
  }

  @Test
  void shouldAnswerTwiceAndPayToTheWei() {
    for (int number = 1; number <= NODES; number++) {
      network.startNode(number, engine);
    }
    MyelinToken token = network.chain().network().token();
    Address client = network.ground().roster().client().address();
    BigInteger before = token.balanceOf(client).on(chain);
    BigInteger earnedBefore = credits();

    String alone = open();
    CommandRun first = ask(alone);
    String together = open("--redundancy", "2");
    CommandRun second = ask(together);
    network.run("queue", "finish", alone).ok();
    network.run("queue", "finish", together).ok();

    // The same question at temperature 0 has the same answer, whoever gives it.
    assertThat(second.out().lines().findFirst()).isEqualTo(first.out().lines().findFirst());
    assertThat(spent(second)).isEqualTo(spent(first).multiply(BigInteger.TWO));
    BigInteger all = spent(first).add(spent(second));
    assertThat(token.balanceOf(client).on(chain)).isEqualTo(before.subtract(all));
    assertThat(credits().subtract(earnedBefore)).isEqualTo(all);
  }

  @Test
  void shouldRevealAfterADeathBetweenPrecommitAndReveal() throws Exception {
    String session = open("--redundancy", "2", "--nodes", "2");
    // Both do the task: a node has half a minute to answer, and a process may start for longer.
    List<Address> seated = seats(session);
    assertThat(seated).hasSize(2);
    Address victim = seated.getFirst();
    Address other = seated.getLast();
    BigInteger before = creditsOf(victim);
    List<String> command = network.computeCommand(numberOf(victim), LiveNetwork.MODEL);
    Path log = folder.resolve("victim.log");
    CompletableFuture<CommandRun> asked;
    QueueTask task;
    try (Child first = Child.start(log, command)) {
      Await.until(
          "the first of the two is up",
          () -> {
            first.requireAlive();
            return says(log, "the queue on chain");
          });
      asked = CompletableFuture.supplyAsync(() -> ask(session));
      task = drawn(session);
      awaitStage(task, victim, QueueStage.PRECOMMITTED);
      first.kill();
    }
    network.startNode(numberOf(other), engine);
    awaitStage(task, other, QueueStage.COMMITTED);
    try (Child _ = Child.start(log, command)) {
      CommandRun run = asked.get(120, TimeUnit.SECONDS);
      assertThat(run.out()).contains("owner of a node");
    }
    List<SessionQueue.Event> history = network.reader().history(task.id());
    assertThat(history)
        .filteredOn(
            event ->
                event instanceof SessionQueue.TaskPrecommittedEvent bound
                    && bound.node().equals(victim))
        .hasSize(1);
    assertThat(history)
        .anyMatch(
            event ->
                event instanceof SessionQueue.TaskCommittedEvent revealed
                    && revealed.node().equals(victim));
    assertThat(creditsOf(victim)).isGreaterThan(before);
  }

  @Test
  void shouldPayAnotherNodeWhenTheFirstNeverReveals() throws Exception {
    String session = open("--redundancy", "2", "--nodes", "3");
    CompletableFuture<CommandRun> asked = CompletableFuture.supplyAsync(() -> ask(session));
    QueueTask task = drawn(session);
    Address silent = task.offers().getFirst().node();
    assertThat(task.offers().getFirst().primary()).isTrue();
    BigInteger before = creditsOf(silent);
    network.startNode(numberOf(silent), engine);
    awaitStage(task, silent, QueueStage.PRECOMMITTED);
    network.stopNode(numberOf(silent));
    for (int number = 1; number <= NODES; number++) {
      if (number != numberOf(silent)) {
        network.startNode(number, engine);
      }
    }
    awaitStage(task, task.offers().getLast().node(), QueueStage.COMMITTED);
    // The time to reveal is over.
    network.chain().advance(Duration.ofSeconds(61));

    CommandRun run = asked.get(120, TimeUnit.SECONDS);

    QueueTask ended = network.reader().task(task.id()).orElseThrow();
    assertThat(ended.phase()).isEqualTo(QueuePhase.COMPLETED);
    assertThat(ended.offerOf(silent)).isEmpty();
    Optional<QueueOffer> successor = ended.primary();
    assertThat(successor).isPresent();
    assertThat(successor.orElseThrow().attempt()).isEqualTo(3);
    assertThat(creditsOf(silent)).isEqualTo(before);
    assertThat(creditsOf(successor.orElseThrow().node())).isPositive();
    assertThat(run.err()).contains("did not reveal in time");
  }
}
