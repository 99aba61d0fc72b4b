package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.LiveGround;
import io.myelin.cli.testing.StreamedAnswer;
import io.myelin.client.ClientSession;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.receipt.Receipt;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gateway's process is killed while it works, and started again on the same folder. */
@Timeout(300)
class GatewayRestartIT {
  private static final String MODEL = "smollm2-135m-instruct";
  private static final ObjectNode QUESTION =
      StreamedAnswer.chat(MODEL, "Write a long story about a fox.", 100);
  private static final BigInteger INPUT_WEI = BigInteger.valueOf(1_000_000_000L);
  private static final BigInteger OUTPUT_WEI = BigInteger.valueOf(3_000_000_000L);

  @TempDir Path data;

  @Test
  void goesOnWhereTheJournalEndsAndCountsNothingTwice() throws Exception {
    int port = freePort();
    URI url = URI.create("http://127.0.0.1:" + port);
    List<Child> started = new ArrayList<>();
    LiveGround ground = LiveGround.start(data, 2, 2, MODEL);
    try {
      Address id = ground.roster().gateways().getFirst().node();
      Child first = gateway(started, ground, port);
      for (int node = 1; node <= 2; node++) {
        compute(started, node, url);
      }
      nodesJoined(url);
      ClientSession session = ClientSession.open(url, id, ground.roster().client(), MODEL, 1);
      Books books = new Books(session, id);
      StreamedAnswer whole = StreamedAnswer.ask(session.endpoint(), QUESTION, (_, _) -> {});
      assertThat(whole.outputTokens()).isEqualTo(100);
      BigInteger charged = books.receipt(whole.taskId(), whole.text()).price().totalWei();
      assertThat(books.counted(1).path("spentWei").asText()).isEqualTo(charged.toString());

      String durable;
      StreamedAnswer live;
      try (GatewayClient client = new GatewayClient(session.endpoint())) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("chat", QUESTION);
        durable =
            client.post("/api/v1/sessions/" + session.id() + "/tasks", body).path("id").asText();
        CompletableFuture<Void> underWay = new CompletableFuture<>();
        CompletableFuture<StreamedAnswer> reading = inBackground(session, underWay);
        underWay.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        hasTokens(session, durable);
        assertThat(client.get("/api/v1/tasks/" + durable).toString())
            .doesNotContain("endedAtMillis");
        first.kill();
        live = reading.get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
      assertThat(live.dones()).isZero();
      assertThat(whole.text()).startsWith(live.text());

      Child second = gateway(started, ground, port);
      JsonNode resumed = books.ended(durable);
      assertThat(resumed.path("text").asText()).as(resumed.toString()).isEqualTo(whole.text());
      Receipt receipt = books.receipt(durable, whole.text());
      assertThat(receipt.output().outputTokens()).isEqualTo(whole.outputTokens());
      JsonNode lost = books.ended(live.taskId());
      assertThat(lost.path("state").asText()).isEqualTo("failed");
      assertThat(lost.path("failure").path("code").asText()).isEqualTo("gateway_restarted");

      JsonNode view = session.view();
      assertThat(view.path("state").asText()).isEqualTo("active");
      BigInteger forLive =
          new BigInteger(view.path("spentWei").asText())
              .subtract(charged)
              .subtract(receipt.price().totalWei());
      // At most what reached the client; what is not known to have reached it is not charged.
      assertThat(forLive)
          .isBetween(
              BigInteger.ZERO,
              INPUT_WEI
                  .multiply(BigInteger.valueOf(whole.promptTokens()))
                  .add(OUTPUT_WEI.multiply(BigInteger.valueOf(live.pieces()))));

      second.kill();
      gateway(started, ground, port);
      JsonNode later = session.view();
      assertThat(later.path("spentWei")).isEqualTo(view.path("spentWei"));
      assertThat(later.path("tasksDone")).isEqualTo(view.path("tasksDone"));
      assertThat(books.receipt(durable, whole.text())).isEqualTo(receipt);
      nodesJoined(url);
      StreamedAnswer again = StreamedAnswer.ask(session.endpoint(), QUESTION, (_, _) -> {});
      assertThat(again.text()).isEqualTo(whole.text());
      assertThat(again.dones()).isEqualTo(1);
    } finally {
      for (Child child : started.reversed()) {
        child.close();
      }
      ground.close();
    }
    assertThat(ProcessHandle.current().descendants()).isEmpty();
  }

  private Child gateway(List<Child> started, LiveGround ground, int port) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "gateway",
                "--child",
                "--port",
                Integer.toString(port),
                "--data",
                data.resolve("gateway-1").toString()));
    arguments.addAll(ground.gatewayOptions());
    Child child = Child.start(data.resolve("gateway.log"), arguments);
    started.add(child);
    try (GatewayClient client =
        new GatewayClient(new Endpoint(URI.create("http://127.0.0.1:" + port), ""))) {
      Await.until(
          "the gateway answers",
          () -> {
            child.requireAlive();
            return !client.get("/health").isMissingNode();
          });
    }
    return child;
  }

  private void compute(List<Child> started, int number, URI url) throws Exception {
    started.add(
        Child.start(
            data.resolve("compute-" + number + ".log"),
            List.of(
                "compute",
                "--child",
                "--gateway",
                url.toString(),
                "--data",
                data.resolve("compute-" + number).toString(),
                "--model",
                MODEL,
                "--slots",
                "2",
                "--threads",
                "1",
                "--drain-seconds",
                "1",
                "--fault",
                "slow:60")));
  }

  private static void nodesJoined(URI url) throws Exception {
    try (GatewayClient client = new GatewayClient(new Endpoint(url, ""))) {
      Await.until("both nodes join", () -> client.get("/api/v1/nodes").path("nodes").size() == 2);
    }
  }

  /** Follows a durable task up to its first tokens. */
  private static void hasTokens(ClientSession session, String task) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(session.endpoint().at("/api/v1/tasks/" + task + "/stream"))
            .timeout(Await.PATIENCE)
            .header("Authorization", "Bearer " + session.apiKey())
            .build();
    try (HttpClient http = HttpClient.newHttpClient();
        Stream<String> lines = http.send(request, BodyHandlers.ofLines()).body()) {
      assertThat(lines.anyMatch(line -> line.startsWith("event") && line.contains("tokens")))
          .isTrue();
      // Else closing the client waits for the end of the stream.
      http.shutdownNow();
    }
  }

  private static CompletableFuture<StreamedAnswer> inBackground(
      ClientSession session, CompletableFuture<Void> underWay) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return StreamedAnswer.ask(
                session.endpoint(),
                QUESTION,
                (_, pieces) -> {
                  if (pieces == 5) {
                    underWay.complete(null);
                  }
                });
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  private static int freePort() throws Exception {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
