package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.myelin.cli.testing.Await;
import io.myelin.client.ClientSession;
import io.myelin.client.GatewayClient;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptEvidence;
import io.myelin.protocol.receipt.ReceiptVerifier;
import io.myelin.protocol.receipt.Segment;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.receipt.Verification;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;

/** What the gateway says it did and charged, checked as far as a client can. */
final class Books {
  private final ClientSession session;
  private final Address gateway;

  Books(ClientSession session, Address gateway) {
    this.session = session;
    this.gateway = gateway;
  }

  /** The task as the native API shows it, once it has ended. */
  JsonNode ended(String taskId) throws InterruptedException {
    try (GatewayClient client = new GatewayClient(session.endpoint())) {
      return Await.found(
          "task " + taskId + " ends",
          () ->
              Optional.of(client.get("/api/v1/tasks/" + taskId))
                  .filter(view -> view.has("endedAtMillis")));
    }
  }

  /** The receipt of a completed task; fails unless it holds for this very text. */
  Receipt receipt(String taskId, String text) throws Exception {
    assertThat(ended(taskId).path("state").asText()).isEqualTo("completed");
    HttpRequest request =
        HttpRequest.newBuilder(session.endpoint().at("/api/v1/tasks/" + taskId + "/receipt"))
            .timeout(Await.PATIENCE)
            .build();
    HttpResponse<String> response;
    try (HttpClient http = HttpClient.newHttpClient()) {
      response = http.send(request, BodyHandlers.ofString());
    }
    assertThat(response.statusCode()).isEqualTo(200);
    Verification verification =
        ReceiptVerifier.verifyJson(
            response.body(),
            ReceiptEvidence.none().withGateway(gateway).withOutput(ByteString.copyFromUtf8(text)));
    assertThat(verification.holds()).as("%s", verification).isTrue();
    Receipt receipt = SignedReceipt.parse(response.body()).receipt();
    assertThat(receipt.sessionId().toString()).isEqualTo(session.id());
    assertThat(receipt.taskId().toString()).isEqualTo(taskId);
    assertThat(receipt.price().totalWei())
        .isEqualTo(
            receipt
                .price()
                .ofTokens(receipt.output().promptTokens(), receipt.output().outputTokens()));
    int chunk = 0;
    int tokens = 0;
    for (Segment segment : receipt.segments()) {
      assertThat(segment.firstChunk()).isEqualTo(chunk);
      chunk += segment.chunks();
      tokens += segment.tokens();
    }
    assertThat(tokens).isEqualTo(receipt.output().outputTokens());
    return receipt;
  }

  /** The session, once it has counted so many tasks. */
  JsonNode counted(int tasks) throws InterruptedException {
    return Await.found(
        tasks + " tasks are counted",
        () -> Optional.of(session.view()).filter(view -> view.path("tasksDone").asInt() >= tasks));
  }
}
