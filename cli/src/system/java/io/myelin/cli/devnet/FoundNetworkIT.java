package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.myelin.cli.node.KeyFile;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.CommandRun;
import io.myelin.client.ClientSession;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.client.MyelinNetwork;
import io.myelin.client.NetworkFinder;
import io.myelin.client.WaitingSession;
import io.myelin.v1.DiscoverRequest;
import io.myelin.v1.ListSubnetsRequest;
import io.myelin.v1.PeerInfo;
import io.myelin.v1.PeerRole;
import io.myelin.v1.RegistryGrpc.RegistryBlockingStub;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A network of processes that were told a bootstrap record and a chain, and no other address. A
 * stranger finds it, a node joins it, and one process of each kind dies without stopping it.
 */
@Timeout(420)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FoundNetworkIT {
  private static final String MODEL = "smollm2-135m-instruct";

  @TempDir static Path data;
  private static Child devnet;
  private static JsonNode file;
  private static @Nullable Child joined;

  @BeforeAll
  static void start() throws Exception {
    devnet =
        Child.start(
            data.resolve("devnet.log"),
            List.of(
                "devnet",
                "--processes",
                "--gateways",
                "2",
                "--compute",
                "2",
                "--port",
                "0",
                "--model",
                MODEL,
                "--data",
                net().toString()));
    Path ready = net().resolve("devnet.json");
    Await.until(
        "the devnet is ready",
        () -> {
          devnet.requireAlive();
          return Files.exists(ready);
        });
    file = new ObjectMapper().readTree(ready.toFile());
  }

  @AfterAll
  static void stop() throws Exception {
    Child node = joined;
    if (node != null) {
      node.close();
    }
    devnet.kill();
  }

  private static Path net() {
    return data.resolve("net");
  }

  private static String record(int registry) {
    return file.path("registry").path(registry).path("record").asText();
  }

  /** A session that somebody opens who knows one record, and an answer in it. */
  private static void serves() throws Exception {
    Await.until(
        "the network serves",
        () -> {
          CommandRun opened =
              CommandRun.of(
                  "session",
                  "open",
                  "--network",
                  record(1),
                  "--key-file",
                  net().resolve("client.key").toString(),
                  "--model",
                  MODEL);
          if (opened.status() != 0) {
            return false;
          }
          String key = word(opened.out(), "key ");
          String answer =
              CommandRun.of("chat", "--network", record(1), "--key", key, "Say yes.").ok().out();
          CommandRun.of(
                  "session",
                  "close",
                  word(opened.out(), "session "),
                  "--network",
                  record(1),
                  "--key",
                  key)
              .ok();
          return !answer.isBlank();
        });
  }

  private static String word(String out, String label) {
    return out.lines()
        .filter(line -> line.startsWith(label))
        .map(line -> line.substring(label.length()).strip().split("\\s+")[0])
        .findFirst()
        .orElseThrow();
  }

  private static RegistryBlockingStub registry(int number) {
    return GrpcClients.newClient(
        "gproto+" + file.path("registry").path(number).path("grpc").asText(),
        RegistryBlockingStub.class);
  }

  private static List<String> found(PeerRole role) {
    List<String> operators = new ArrayList<>();
    registry(1)
        .discover(DiscoverRequest.newBuilder().setRole(role).build())
        .forEachRemaining(peer -> operators.add(id(peer)));
    return operators;
  }

  private static String id(PeerInfo peer) {
    return "0x" + HexFormat.of().formatHex(peer.getOperator().toByteArray());
  }

  private static List<String> ids(String kind) {
    return file.path(kind).findValuesAsText("id").stream()
        .map(id -> id.toLowerCase(Locale.ROOT))
        .toList();
  }

  private static void kill(String kind, int number) throws Exception {
    long pid = file.path(kind).path(number).path("pid").asLong();
    ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
    process.destroyForcibly();
    process.onExit().get();
  }

  @Test
  @Order(1)
  void nobodyWasToldAnAddressButTheRecordsAndTheChain() throws Exception {
    for (String kind : List.of("validators", "gateways", "compute")) {
      for (JsonNode node : file.path(kind)) {
        String line =
            Files.readString(Path.of("/proc", node.path("pid").asText(), "cmdline"))
                .replace('\0', ' ');
        assertThat(line).contains("--bootstrap enr:").doesNotContain("--validator ");
        assertThat(line.replace(file.path("chain").path("rpc").asText(), ""))
            .doesNotContain("http://");
      }
    }
    serves();
  }

  @Test
  @Order(2)
  void aRegistryNodeTellsWhoIsThereAndWhatSubnetsThereAre() throws Exception {
    Await.until(
        "the registry knows everybody",
        () ->
            found(PeerRole.PEER_ROLE_VALIDATOR).size() == 5
                && found(PeerRole.PEER_ROLE_GATEWAY).size() == 2
                && found(PeerRole.PEER_ROLE_COMPUTE).size() == 2);
    assertThat(found(PeerRole.PEER_ROLE_VALIDATOR))
        .containsExactlyInAnyOrderElementsOf(ids("validators"));
    assertThat(found(PeerRole.PEER_ROLE_GATEWAY))
        .containsExactlyInAnyOrderElementsOf(ids("gateways"));
    assertThat(found(PeerRole.PEER_ROLE_COMPUTE))
        .containsExactlyInAnyOrderElementsOf(ids("compute"));
    var subnet = registry(0).listSubnets(ListSubnetsRequest.getDefaultInstance()).next();
    assertThat(subnet.getModelsList()).extracting(model -> model.getId()).contains(MODEL, "*");
    assertThat(subnet.getGatewaysCount()).isEqualTo(2);
  }

  @Test
  @Order(2)
  void aClientThatKnowsTheChainAndNobodyElseFindsAGateway() throws Exception {
    String chain =
        file.path("chain").path("contracts").path("MyelinDirectory").asText()
            + "@"
            + file.path("chain").path("rpc").asText();
    Await.until(
        "a gateway said on the chain where it is",
        () ->
            CommandRun.of(
                        "session",
                        "open",
                        "--network",
                        chain,
                        "--key-file",
                        net().resolve("client.key").toString(),
                        "--model",
                        MODEL)
                    .status()
                == 0);
    asksFrom(MyelinNetwork.find(chain));
  }

  @Test
  @Order(2)
  void anApplicationThatHasOneRecordFindsAGatewayAndAsks() {
    asksFrom(MyelinNetwork.find(file.path("registry").path(0).path("record").asText()));
  }

  private static void asksFrom(MyelinNetwork network) {
    ClientSession session =
        network.open(
            KeyFile.read(net().resolve("client.key")), ClientSession.Terms.usual(MODEL, 1));
    try (GatewayClient client = session.connect()) {
      StringBuilder told = new StringBuilder();
      GatewayClient.Answer answer =
          client.chat(
              MODEL,
              List.of(new GatewayClient.Message("user", "What is the capital of France?")),
              told::append);
      assertThat(answer.text()).isEqualTo(told.toString()).contains("Paris");
      assertThat(answer.taskId()).isNotEmpty();
    } finally {
      session.close();
    }
  }

  @Test
  @Order(2)
  void aClientWithoutAGatewayReachesTheValidatorsThroughARegistryNode() throws Exception {
    JsonNode chain = file.path("chain");
    CommandRun opened =
        CommandRun.of(
                "queue",
                "open",
                "--network",
                record(0),
                "--rpc",
                chain.path("rpc").asText(),
                "--directory",
                chain.path("contracts").path("MyelinDirectory").asText(),
                "--subnet",
                chain.path("subnet").asText(),
                "--model",
                MODEL,
                "--key-file",
                net().resolve("client.key").toString())
            .ok();
    assertThat(opened.out()).startsWith("session  ");
  }

  @Test
  @Order(3)
  void aNodeJoinsByHandAndIsInThePoolOfEveryGateway() throws Exception {
    Path folder = data.resolve("joined");
    Files.createDirectories(folder);
    Path key = folder.resolve("operator.key");
    String id = KeyFile.loadOrCreate(key).address().toString();
    CommandRun.of(
            "stake",
            "node",
            "add",
            "200",
            "--operator-key",
            key.toString(),
            "--key-file",
            net().resolve("client.key").toString(),
            "--data",
            net().toString())
        .ok();
    Child node =
        Child.start(
            data.resolve("joined.log"),
            List.of(
                "compute",
                "--child",
                "--rpc",
                file.path("chain").path("rpc").asText(),
                "--directory",
                file.path("chain").path("contracts").path("MyelinDirectory").asText(),
                "--bootstrap",
                record(0),
                "--subnet",
                file.path("chain").path("subnet").asText(),
                "--data",
                folder.toString(),
                "--model",
                MODEL,
                "--threads",
                "1"));
    joined = node;
    for (JsonNode gateway : file.path("gateways")) {
      try (GatewayClient client =
          new GatewayClient(new Endpoint(URI.create(gateway.path("url").asText()), ""))) {
        Await.until(
            "the node is in the pool",
            () -> {
              node.requireAlive();
              for (JsonNode listed : client.get("/api/v1/nodes").path("nodes")) {
                if (listed.path("id").asText().equals(id)) {
                  return listed.path("state").asText().equals("ephemeral");
                }
              }
              return false;
            });
      }
    }
  }

  /** Takes a gateway's ether away: from now on it opens nothing, and does not say so either. */
  private static void impoverish(String operator) throws Exception {
    String call =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"anvil_setBalance\",\"params\":[\"%s\",\"0x0\"]}"
            .formatted(operator);
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(file.path("chain").path("rpc").asText()))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(call))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body()).doesNotContain("error");
    }
  }

  private static boolean listed(int registry, WaitingSession waits) {
    return CommandRun.of("mempool", "list", "--network", record(registry))
        .ok()
        .out()
        .contains(Long.toString(waits.nonce()));
  }

  @Test
  @Order(4)
  void whatAGatewayTookInAndDidNotOpenAnotherOneOpens() throws Exception {
    impoverish(ids("gateways").getFirst());
    String task =
        "{\"chat\":{\"model\":\"%s\",\"max_tokens\":4,\"messages\":[{\"role\":\"user\",\"content\":\"Say yes.\"}]}}"
            .formatted(MODEL);
    URI first = URI.create(file.path("gateways").path(0).path("url").asText());
    URI second = URI.create(file.path("gateways").path(1).path("url").asText());
    long begin = System.nanoTime();
    WaitingSession waits =
        WaitingSession.bring(
            new Endpoint(first, ""),
            KeyFile.read(net().resolve("client.key")),
            ClientSession.Terms.usual(MODEL, 1),
            1_234_567,
            Duration.ofMinutes(10),
            task);
    long taken = System.nanoTime();
    assertThat(waits.registries()).isEqualTo(2);
    for (int registry = 0; registry < 2; registry++) {
      int asked = registry;
      Await.until("every registry node shows it", () -> listed(asked, waits));
    }
    long shown = System.nanoTime();
    kill("gateways", 0);
    long killed = System.nanoTime();
    Endpoint open = waits.await(() -> NetworkFinder.gateways(List.of(record(1))));
    long opened = System.nanoTime();
    System.out.printf(
        "taken in after %d ms, at every registry node after %d ms, open elsewhere %d ms after the"
            + " kill%n",
        (taken - begin) / 1_000_000, (shown - begin) / 1_000_000, (opened - killed) / 1_000_000);
    assertThat(open.url()).isEqualTo(second);
    assertThat(
            CommandRun.of(
                    "chat", "--gateway", second.toString(), "--key", waits.apiKey(), "Say yes.")
                .ok()
                .out())
        .isNotBlank();
    try (GatewayClient client = new GatewayClient(open)) {
      Await.until(
          "the task that it brought along is done",
          () ->
              client
                  .get("/api/v1/tasks/" + waits.task().orElseThrow())
                  .path("state")
                  .asText()
                  .equals("completed"));
      var _ = client.delete("/api/v1/sessions/" + waits.id());
    }
    Await.until("what is open waits no more", () -> !listed(0, waits) && !listed(1, waits));
  }

  @Test
  @Order(5)
  void oneProcessOfEachKindDiesAndTheNetworkServes() throws Exception {
    kill("registry", 0);
    serves();
    kill("validators", 0);
    serves();
    kill("compute", 0);
    serves();
    // Its process was killed in the test before.
    String gone = ids("gateways").getFirst();
    Await.until(
        "the dead are not told of any more",
        () ->
            !found(PeerRole.PEER_ROLE_GATEWAY).contains(gone)
                && found(PeerRole.PEER_ROLE_VALIDATOR).size() == 4
                && !found(PeerRole.PEER_ROLE_COMPUTE).contains(ids("compute").getFirst()));
  }
}
