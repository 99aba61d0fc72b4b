package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.myelin.cli.fronts.WsTalk;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.testing.Await;
import io.myelin.client.ClientException;
import io.myelin.client.ClientSession;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.ids.SessionId;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GatewayClientGrpc;
import io.myelin.v1.SubmitRequest;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code devnet --subnets 2 --gateways 3}: models where they are served, and the way there. */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SubnetsIT {
  private static final String TEXT = ModelCatalogue.DEFAULT_MODEL.id();
  private static final String VECTORS = ModelCatalogue.EMBEDDING_MODEL.id();
  private static final int SETTLED = 3;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private Path data;
  private Devnet devnet;

  @BeforeAll
  void start(@TempDir Path folder) {
    data = folder;
    DevnetPlan plan = new DevnetPlan("127.0.0.1", 0, 2, 3, 4, 3, data, false, Map.of(), Map.of());
    devnet = Devnet.prepare(plan, EngineSource.prepare(List.of(), FetchProgress.SILENT));
    devnet.start();
  }

  @AfterAll
  void stop() {
    http.close();
    devnet.close();
  }

  private ClientSession open(int gateway, String model) {
    GatewayMember member = devnet.gateways().get(gateway - 1);
    return ClientSession.open(
        member.url(), member.member().id(), devnet.roster().client(), model, 1);
  }

  private String id(int gateway) {
    return devnet.gateways().get(gateway - 1).member().id().toString();
  }

  private String subnet(int number) {
    return "0x" + devnet.chain().subnetIds().get(number - 1);
  }

  private static void chat(ClientSession session) {
    try (GatewayClient client = new GatewayClient(session.endpoint())) {
      assertThat(
              client
                  .chat(TEXT, List.of(new GatewayClient.Message("user", "Say yes.")), _ -> {})
                  .completionTokens())
          .isPositive();
    }
  }

  private static void embed(ClientSession session) {
    ObjectNode body = JSON.createObjectNode().put("model", VECTORS).put("input", "Paris");
    try (GatewayClient client = new GatewayClient(session.endpoint())) {
      assertThat(client.post("/v1/embeddings", body).path("data")).hasSize(1);
    }
  }

  private void settles(ClientSession session) throws Exception {
    Await.until("the task is counted", () -> session.view().path("tasksDone").asInt() == 1);
    session.close();
    Await.until(
        "the session is settled",
        () ->
            devnet
                    .chain()
                    .network()
                    .payment()
                    .recordOf(ChainTerms.word(SessionId.parse(session.id())))
                    .on(devnet.chain().client())
                    .phase()
                >= SETTLED);
  }

  @Test
  void eachModelIsServedWhereItIsListedAndItsSessionsSettle() throws Exception {
    ClientSession text = open(1, TEXT);
    ClientSession vectors = open(2, VECTORS);
    ClientSession both = open(3, TEXT);
    ClientSession others = open(3, VECTORS);
    chat(text);
    embed(vectors);
    chat(both);
    embed(others);
    for (ClientSession session : List.of(text, vectors, both, others)) {
      settles(session);
    }
  }

  @Test
  void elsewhereIsA404ThatNamesSubnetAndGateways() throws Exception {
    assertThatThrownBy(() -> open(1, VECTORS))
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("404")
        .hasMessageContaining("Subnet " + subnet(2) + " lists it")
        .hasMessageContaining(id(2))
        .hasMessageContaining(id(3));
    assertThatThrownBy(() -> open(2, TEXT))
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("Subnet " + subnet(1) + " lists it")
        .hasMessageContaining(id(1))
        .hasMessageContaining(id(3));
    // The devnet's own session is for every model of the first subnet.
    ObjectNode body = JSON.createObjectNode().put("model", VECTORS).put("input", "Paris");
    assertNotFound(
        request("/v1/embeddings")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build());
    assertNotFound(request("/v1/models/" + VECTORS).GET().build());
    try (GatewayClient client = new GatewayClient(devnet.session().endpoint())) {
      ObjectNode task = JSON.createObjectNode();
      task.set("embedding", body);
      assertThatThrownBy(
              () -> client.post("/api/v1/sessions/" + devnet.session().id() + "/tasks", task))
          .isInstanceOf(ClientException.class)
          .hasMessageContaining("404")
          .hasMessageContaining("Subnet " + subnet(2) + " lists it");
    }
    try (WsTalk socket = new WsTalk(devnet.session().endpoint())) {
      ObjectNode frame = socket.frame("submit");
      frame.set("embedding", body);
      socket.send(frame);
      assertNamesTheOther(socket.next().path("error"));
    }
    GatewayClientGrpc.GatewayClientBlockingStub grpc =
        GrpcClients.builder("gproto+" + devnet.session().gateway() + "/")
            .setHeader("authorization", "Bearer " + devnet.session().apiKey())
            .build(GatewayClientGrpc.GatewayClientBlockingStub.class);
    Status status =
        catchThrowableOfType(
                StatusRuntimeException.class,
                () ->
                    grpc.submit(
                        SubmitRequest.newBuilder()
                            .setEmbedding(
                                EmbeddingSpec.newBuilder().setModel(VECTORS).addInputs("Paris"))
                            .build()))
            .getStatus();
    assertThat(status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(status.getDescription()).contains("Subnet " + subnet(2), id(2), id(3));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(devnet.session().endpoint().at(path))
        .header("Authorization", "Bearer " + devnet.session().apiKey())
        .header("Content-Type", "application/json");
  }

  private void assertNotFound(HttpRequest request) throws Exception {
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(404);
    assertNamesTheOther(JSON.readTree(response.body()).path("error"));
  }

  private void assertNamesTheOther(JsonNode error) {
    assertThat(error.path("code").asText()).isEqualTo("model_not_found");
    assertThat(error.path("message").asText())
        .contains("Subnet " + subnet(2) + " lists it", id(2), id(3));
  }

  @Test
  void whoServesWhatIsToldByGatewaysAndInTheFile() throws Exception {
    try (GatewayClient third =
        new GatewayClient(new Endpoint(devnet.gateways().get(2).url(), ""))) {
      JsonNode subnets = third.get("/api/v1/subnets").path("subnets");
      assertThat(subnets)
          .extracting(one -> one.path("id").asText())
          .containsExactly(subnet(1), subnet(2));
      assertThat(subnets.path(0).path("models").path(0).path("id").asText()).isEqualTo(TEXT);
      assertThat(subnets.path(1).path("models").path(0).path("id").asText()).isEqualTo(VECTORS);
      assertThat(third.get("/api/v1/network").path("gateway").path("subnets")).hasSize(2);
    }
    JsonNode file = JSON.readTree(data.resolve("devnet.json").toFile());
    assertThat(file.path("subnets"))
        .extracting(one -> one.path("name").asText() + one.path("gateways").size())
        .containsExactly("subnet-12", "subnet-22");
    assertThat(file.path("compute"))
        .extracting(node -> node.path("model").asText())
        .containsExactly(TEXT, VECTORS, TEXT, VECTORS);
    assertThat(file.path("gateways").path(2).path("subnets")).hasSize(2);
  }
}
