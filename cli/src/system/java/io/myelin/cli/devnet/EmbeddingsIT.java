package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.testing.Await;
import io.myelin.client.GatewayClient;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptEvidence;
import io.myelin.protocol.receipt.ReceiptVerifier;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.receipt.Verification;
import io.myelin.v1.Embedding;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The default models behind one key: from HTTP through gateway and node to a receipt. */
@Timeout(420)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddingsIT {
  private static final String MODEL = ModelCatalogue.EMBEDDING_MODEL.id();
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private Devnet devnet;

  @BeforeAll
  void start(@TempDir Path data) {
    DevnetPlan plan = new DevnetPlan("127.0.0.1", 0, 1, 1, 2, 3, data, false, Map.of(), Map.of());
    devnet = Devnet.prepare(plan, EngineSource.prepare(List.of(), FetchProgress.SILENT));
    devnet.start();
  }

  @AfterAll
  void stop() {
    http.close();
    devnet.close();
  }

  private HttpResponse<String> embed(ObjectNode body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(devnet.session().endpoint().at("/v1/embeddings"))
            .header("Authorization", "Bearer " + devnet.session().apiKey())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static ObjectNode body(String... inputs) {
    ObjectNode body = JSON.createObjectNode().put("model", MODEL);
    List.of(inputs).forEach(body.putArray("input")::add);
    return body;
  }

  @Test
  void oneKeyListsAndServesBothModels() {
    try (GatewayClient client = new GatewayClient(devnet.session().endpoint())) {
      assertThat(client.get("/v1/models").path("data"))
          .extracting(model -> model.path("id").asText())
          .containsExactly(ModelCatalogue.DEFAULT_MODEL.id(), MODEL);
      assertThat(client.firstModel()).isEqualTo(ModelCatalogue.DEFAULT_MODEL.id());
      GatewayClient.Answer answer =
          client.chat(
              client.firstModel(),
              List.of(new GatewayClient.Message("user", "What is the capital of France?")),
              _ -> {});
      assertThat(answer.text()).contains("Paris");
      assertThat(client.post("/v1/embeddings", body("Paris")).path("data")).hasSize(1);
    }
  }

  @Test
  void theReceiptVouchesForTheseVectorsOfTheseTextsByTheseWeights() throws Exception {
    String[] texts = {"A man is eating food.", "Naïve café \0 漢字 😀", "A man is eating bread."};
    HttpResponse<String> response = embed(body(texts));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode answer = JSON.readTree(response.body());
    EmbeddingResult.Builder found = EmbeddingResult.newBuilder();
    for (JsonNode entry : answer.path("data")) {
      Embedding.Builder embedding = Embedding.newBuilder();
      double squares = 0;
      for (JsonNode value : entry.path("embedding")) {
        embedding.addValues(value.floatValue());
        squares += value.doubleValue() * value.doubleValue();
      }
      assertThat(embedding.getValuesCount()).isEqualTo(384);
      assertThat(squares).isCloseTo(1, within(1e-5));
      found.addEmbeddings(embedding);
    }
    int tokens = answer.path("usage").path("prompt_tokens").asInt();
    EmbeddingResult result = found.setPromptTokens(tokens).build();
    EmbeddingSpec spec =
        EmbeddingSpec.newBuilder().setModel(MODEL).addAllInputs(List.of(texts)).build();

    URI url = URI.create(response.headers().firstValue("Myelin-Receipt").orElseThrow());
    String json = receipt(url);
    Receipt receipt = SignedReceipt.parse(json).receipt();
    Verification verification =
        ReceiptVerifier.verifyJson(
            json,
            ReceiptEvidence.none()
                .withGateway(devnet.gateways().getFirst().member().id())
                .withSpecDigest(WorkDigest.of(spec))
                .withOutput(result.toByteString()));
    assertThat(verification.holds()).as(verification.toString()).isTrue();
    assertThat(receipt.work().weightsDigest().hex())
        .isEqualTo(ModelCatalogue.EMBEDDING_MODEL.sha256());
    assertThat(receipt.output().promptTokens()).isEqualTo(tokens);
    assertThat(receipt.output().outputTokens()).isZero();
  }

  /** The answer does not wait for the disk; its receipt follows. */
  private String receipt(URI url) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(url).build();
    return Await.found(
        "the receipt",
        () -> {
          HttpResponse<String> response =
              http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join();
          return response.statusCode() == 200 ? Optional.of(response.body()) : Optional.empty();
        });
  }

  @Test
  void aTextThatIsTooLongIsAnErrorOfOpenAisShape() throws Exception {
    HttpResponse<String> response = embed(body("fine", "word ".repeat(255)));
    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = JSON.readTree(response.body()).path("error");
    assertThat(error.path("code").asText()).isEqualTo("context_length_exceeded");
    assertThat(error.path("param").asText()).isEqualTo("input");
    assertThat(error.path("message").asText())
        .contains("input[1]: 257 tokens (expected: at most 256");
  }
}
