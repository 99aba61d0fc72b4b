package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.node.KeyFile;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.CommandRun;
import io.myelin.cli.testing.Openings;
import io.myelin.cli.testing.StreamedAnswer;
import io.myelin.client.ClientSession;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptNode;
import io.myelin.protocol.receipt.Segment;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A network of processes in which the primary's process dies at each stage of a task. Two nodes
 * stay; for each stage a third joins, to be the primary and to die. What the client saw, what the
 * gateway says and what was counted must agree every time.
 */
@Timeout(600)
class KillStagesIT {
  private static final String MODEL = "smollm2-135m-instruct";
  private static final ObjectNode QUESTION =
      StreamedAnswer.chat(MODEL, "Count from one to twenty in words, one a line.", 24);

  /** The same question with room for more of the answer: a slot is taken for longer. */
  private static final ObjectNode LONG_QUESTION =
      StreamedAnswer.chat(MODEL, "Count from one to twenty in words, one a line.", 56);

  /** Each chunk takes this long at least, so that there is a middle to be killed in. */
  private static final String PACE = "slow:50";

  @TempDir static Path data;
  private static Child devnet;
  private static URI url;
  private static Address gateway;
  private static StreamedAnswer whole;

  private @Nullable Child primary;
  private @Nullable ClientSession session;

  @BeforeAll
  static void start() throws Exception {
    devnet =
        Child.start(
            data.resolve("devnet.log"),
            List.of(
                "devnet",
                "--processes",
                "--compute",
                "2",
                "--port",
                "0",
                "--data",
                net().toString(),
                "--fault",
                PACE + "@1",
                "--fault",
                PACE + "@2"));
    Path ready = net().resolve("devnet.json");
    Await.until(
        "the devnet is ready",
        () -> {
          devnet.requireAlive();
          return Files.exists(ready);
        });
    JsonNode file = new ObjectMapper().readTree(ready.toFile());
    url = URI.create(file.path("gateways").path(0).path("url").asText());
    gateway = Address.parse(file.path("gateways").path(0).path("id").asText());
    String key = file.path("client").path("apiKey").asText();
    whole = StreamedAnswer.ask(new Endpoint(url, key), QUESTION, (_, _) -> {});
    assertThat(whole.dones()).isEqualTo(1);
    assertThat(whole.outputTokens()).isEqualTo(24);
  }

  /** Nobody stops what a killed devnet had started: each sees for itself that it is alone. */
  @AfterAll
  static void stop() throws Exception {
    assertThat(devnet.started()).hasSizeGreaterThan(8);
    devnet.kill();
    Await.untilNoProcessIsLeft();
  }

  @AfterEach
  void clear() throws Exception {
    Child child = primary;
    if (child != null) {
      child.close();
    }
    ClientSession opened = session;
    if (opened != null) {
      opened.close();
    }
    Await.until("the two lasting nodes are left", () -> nodes().size() == 2);
  }

  @Test
  void whileTheTaskWaitsInTheQueue() throws Exception {
    Address node = primary("queued", PACE);
    ClientSession opened = sessionLedBy(node);
    Books books = new Books(opened, gateway);
    List<String> before = new ArrayList<>();
    CompletableFuture<StreamedAnswer> waiting;
    try (GatewayClient client = new GatewayClient(opened.endpoint())) {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      body.set("chat", LONG_QUESTION);
      for (int slot = 0; slot < 3 * DevnetPlan.SLOTS; slot++) {
        before.add(
            client.post("/api/v1/sessions/" + opened.id() + "/tasks", body).path("id").asText());
      }
      waiting = inBackground(opened);
      Await.until(
          "a task is queued",
          () -> client.get("/api/v1/network").path("totals").path("tasksQueued").asInt() > 0);
    }
    child().kill();
    StreamedAnswer answer = waiting.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    BigInteger charged = agreed(books, answer, node).price().totalWei();
    for (String task : before) {
      String text = books.ended(task).path("text").asText();
      assertThat(text).startsWith(whole.text());
      charged = charged.add(books.receipt(task, text).price().totalWei());
    }
    counted(books, before.size() + 1, charged);
  }

  @Test
  void afterItsAckBeforeTheFirstToken() throws Exception {
    Receipt receipt = diesByItself("acked", "crash-on-offer");
    assertThat(receipt.segments()).hasSize(1);
    assertThat(receipt.segments().getFirst().attempt()).isEqualTo(2);
  }

  @Test
  void atTheFirstToken() throws Exception {
    killedAt("first-token", 1);
  }

  @Test
  void inTheMiddle() throws Exception {
    killedAt("middle", 8);
  }

  @Test
  void afterTheLastTokenBeforeItsPrecommit() throws Exception {
    wroteAll("precommit", "crash-before-precommit");
  }

  @Test
  void betweenPrecommitAndCommit() throws Exception {
    wroteAll("commit", "crash-before-commit");
  }

  /** It delivered everything and another one answers for it. */
  private void wroteAll(String name, String fault) throws Exception {
    Receipt receipt = diesByItself(name, fault);
    assertThat(receipt.segments()).hasSize(1);
    assertThat(receipt.segments().getFirst().attempt()).isEqualTo(1);
    assertThat(receipt.segments().getFirst().node())
        .isNotEqualTo(receipt.nodes().getFirst().address());
  }

  private Receipt diesByItself(String name, String fault) throws Exception {
    Address node = primary(name, fault);
    ClientSession opened = sessionLedBy(node);
    Books books = new Books(opened, gateway);
    StreamedAnswer answer = StreamedAnswer.ask(opened.endpoint(), QUESTION, (_, _) -> {});
    assertThat(child().ended()).isEqualTo(137);
    Receipt receipt = agreed(books, answer, node);
    counted(books, 1, receipt.price().totalWei());
    return receipt;
  }

  /** The node's engine worker alone: the node stays, starts another and serves on. */
  @Test
  void itsEngineWorkerInTheMiddle() throws Exception {
    Address node = primary("worker", PACE);
    ClientSession opened = sessionLedBy(node);
    Books books = new Books(opened, gateway);
    List<ProcessHandle> killed = new ArrayList<>();
    StreamedAnswer answer =
        StreamedAnswer.ask(
            opened.endpoint(),
            QUESTION,
            (_, pieces) -> {
              if (pieces == 8) {
                killed.addAll(child().started());
                killed.forEach(ProcessHandle::destroyForcibly);
              }
            });
    assertThat(killed).hasSize(1);
    Receipt receipt = agreed(books, answer, node);
    assertThat(receipt.segments()).hasSize(2);
    assertThat(receipt.segments().getFirst().node()).isEqualTo(node);
    assertThat(receipt.segments().getFirst().tokens()).isBetween(8, 23);

    Await.until(
        "another worker",
        () -> {
          child().requireAlive();
          return child().started().stream().anyMatch(worker -> !killed.contains(worker));
        });
    assertThat(nodes()).contains(node.toString());
    // The new worker takes a while to load; until then others answer.
    List<Receipt> receipts = new ArrayList<>(List.of(receipt));
    long deadlineNanos = System.nanoTime() + Await.PATIENCE.toNanos();
    do {
      StreamedAnswer again = StreamedAnswer.ask(opened.endpoint(), QUESTION, (_, _) -> {});
      assertThat(again.text()).isEqualTo(whole.text());
      receipts.add(books.receipt(again.taskId(), again.text()));
      assertThat(System.nanoTime()).as("the node serves again").isLessThan(deadlineNanos);
    } while (!receipts.getLast().segments().getLast().node().equals(node));
    counted(
        books,
        receipts.size(),
        receipts.stream()
            .map(counted -> counted.price().totalWei())
            .reduce(BigInteger.ZERO, BigInteger::add));
  }

  private void killedAt(String name, int piece) throws Exception {
    Address node = primary(name, PACE);
    ClientSession opened = sessionLedBy(node);
    Books books = new Books(opened, gateway);
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    StreamedAnswer answer =
        StreamedAnswer.ask(
            opened.endpoint(),
            QUESTION,
            (_, pieces) -> {
              if (pieces == piece) {
                try {
                  child().kill();
                } catch (Exception e) {
                  failure.set(e);
                }
              }
            });
    assertThat(failure.get()).isNull();
    Receipt receipt = agreed(books, answer, node);
    assertThat(receipt.segments()).hasSize(2);
    assertThat(receipt.segments().getFirst().node()).isEqualTo(node);
    assertThat(receipt.segments().getFirst().tokens()).isBetween(piece, 23);
    counted(books, 1, receipt.price().totalWei());
  }

  /** The client saw one whole answer, and the gateway says the same. */
  private static Receipt agreed(Books books, StreamedAnswer answer, Address dead) throws Exception {
    assertThat(answer.text()).isEqualTo(whole.text());
    assertThat(answer.dones()).isEqualTo(1);
    assertThat(answer.errors()).isZero();
    assertThat(answer.broken()).isFalse();
    assertThat(answer.finishReason()).isEqualTo(whole.finishReason());
    assertThat(answer.promptTokens()).isEqualTo(whole.promptTokens());
    assertThat(answer.outputTokens()).isEqualTo(whole.outputTokens());
    Receipt receipt = books.receipt(answer.taskId(), answer.text());
    JsonNode view = books.ended(answer.taskId());
    assertThat(view.path("usage").path("outputTokens").asInt()).isEqualTo(answer.outputTokens());
    assertThat(receipt.output().promptTokens()).isEqualTo(answer.promptTokens());
    assertThat(receipt.output().outputTokens()).isEqualTo(answer.outputTokens());
    assertThat(receipt.nodes()).extracting(ReceiptNode::address).hasSize(1).doesNotContain(dead);
    assertThat(receipt.segments()).extracting(Segment::attempt).isSorted();
    return receipt;
  }

  private static void counted(Books books, int tasks, BigInteger charged) throws Exception {
    JsonNode view = books.counted(tasks);
    assertThat(view.path("tasksDone").asInt()).isEqualTo(tasks);
    assertThat(view.path("spentWei").asText()).isEqualTo(charged.toString());
  }

  /** The devnet's folder. */
  private static Path net() {
    return data.resolve("net");
  }

  /** Starts the node that is to die. */
  private Address primary(String name, String fault) throws Exception {
    Path folder = data.resolve(name);
    Files.createDirectories(folder);
    Path key = folder.resolve("operator.key");
    Address id = KeyFile.loadOrCreate(key).address();
    CommandRun staked =
        CommandRun.of(
            "stake",
            "node",
            "add",
            "200",
            "--slots",
            Integer.toString(DevnetPlan.SLOTS),
            "--operator-key",
            key.toString(),
            "--key-file",
            net().resolve("client.key").toString(),
            "--data",
            net().toString());
    assertThat(staked.status()).as(staked.toString()).isZero();
    Child child =
        Child.start(
            data.resolve(name + ".log"),
            List.of(
                "compute",
                "--child",
                "--gateway",
                url.toString(),
                "--data",
                folder.toString(),
                "--model",
                MODEL,
                "--slots",
                Integer.toString(DevnetPlan.SLOTS),
                "--threads",
                "1",
                "--fault",
                fault));
    primary = child;
    Await.until(
        name + " joins",
        () -> {
          child.requireAlive();
          return nodes().contains(id.toString());
        });
    return id;
  }

  /**
   * An idle network serves a session from its first node, so one is opened in which it is first.
   */
  private ClientSession sessionLedBy(Address node) throws Exception {
    ClientSession led =
        Await.found(
            "a session with " + node + " as its first node",
            () -> {
              // Slots of the sessions before wait for their nodes' next test.
              Optional<ClientSession> room =
                  Openings.tried(
                      () ->
                          ClientSession.open(
                              url, gateway, KeyFile.read(net().resolve("client.key")), MODEL, 1));
              if (room.isEmpty()) {
                return room;
              }
              ClientSession opened = room.get();
              JsonNode order = opened.view().path("nodes");
              if (order.size() > 1 && order.path(0).asText().equals(node.toString())) {
                return Optional.of(opened);
              }
              opened.close();
              return Optional.empty();
            });
    session = led;
    return led;
  }

  private static List<String> nodes() {
    try (GatewayClient client = new GatewayClient(new Endpoint(url, ""))) {
      return client.get("/api/v1/nodes").path("nodes").findValuesAsText("id").stream()
          .filter(id -> id.startsWith("0x"))
          .toList();
    }
  }

  private static CompletableFuture<StreamedAnswer> inBackground(ClientSession opened) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return StreamedAnswer.ask(opened.endpoint(), QUESTION, (_, _) -> {});
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  private Child child() {
    Child started = primary;
    if (started == null) {
      throw new IllegalStateException("no primary was started");
    }
    return started;
  }
}
