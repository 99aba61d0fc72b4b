package io.myelin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.gateway.journal.Journal;
import io.myelin.gateway.session.FixedNodes;
import io.myelin.gateway.session.FreeChain;
import io.myelin.gateway.session.SessionService;
import io.myelin.gateway.session.SessionSettings;
import io.myelin.gateway.session.SignedSessionRequest;
import io.myelin.gateway.session.TestingClient;
import io.myelin.gateway.ws.WsSettings;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.v1.GatewayClientGrpc;
import io.myelin.v1.ListModelsRequest;
import java.math.BigInteger;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions over HTTP with the real session service and the real journal. */
class SessionApiIT {
  private static final Address GATEWAY = Address.parse("0x" + "99".repeat(20));

  @TempDir private Path folder;
  private final FreeChain chain = new FreeChain();
  private final AtomicReference<SessionService> service = new AtomicReference<>();

  @Test
  void shouldOpenUseCloseAndRememberASession() throws Exception {
    TestingClient client = client(3);
    SignedSessionRequest signed;
    String id;
    String key;
    try (Journal journal = Journal.open(folder.resolve("journal.db"));
        TestingGateway gateway = gateway(journal)) {
      signed =
          client.sign(
              client.request(
                  "tiny", 1, BigInteger.TEN.pow(18), System.currentTimeMillis() + 3_600_000));
      HttpResponse<String> opened = open(gateway, TestingClient.json(signed));
      assertThat(opened.statusCode()).as(opened.body()).isEqualTo(201);
      JsonNode session = gateway.json(opened);
      id = session.get("id").asText();
      key = session.get("apiKey").asText();
      assertThat(opened.headers().firstValue("location")).hasValue("/api/v1/sessions/" + id);
      assertThat(session.get("state").asText()).isEqualTo("active");

      // Every front knows it at once.
      assertThat(
              gateway
                  .post("/api/v1/sessions/" + id + "/tasks", key, TestingGateway.task(1))
                  .statusCode())
          .isEqualTo(202);
      assertThat(
              GrpcFrontIT.client(gateway, key, GatewayClientGrpc.GatewayClientBlockingStub.class)
                  .listModels(ListModelsRequest.getDefaultInstance())
                  .getModelsList())
          .isNotEmpty();

      HttpResponse<String> again = open(gateway, TestingClient.json(signed));
      assertThat(again.statusCode()).isEqualTo(409);
      assertThat(gateway.json(again).at("/error/code").asText()).isEqualTo("nonce_used");
    }
    try (Journal journal = Journal.open(folder.resolve("journal.db"));
        TestingGateway gateway = gateway(journal)) {
      JsonNode session =
          gateway.json(
              gateway.send(
                  gateway
                      .request("/api/v1/sessions/" + id)
                      .header("authorization", "Bearer " + key)));
      assertThat(session.get("state").asText()).isEqualTo("active");
      assertThat(session.has("apiKey")).isFalse();
      assertThat(open(gateway, TestingClient.json(signed)).statusCode()).isEqualTo(409);
      HttpResponse<String> closed =
          gateway.send(
              gateway
                  .request("/api/v1/sessions/" + id)
                  .header("authorization", "Bearer " + key)
                  .DELETE());
      assertThat(gateway.json(closed).get("state").asText()).isEqualTo("closed");
    }
    try (Journal journal = Journal.open(folder.resolve("journal.db"));
        TestingGateway gateway = gateway(journal)) {
      JsonNode list =
          gateway.json(
              gateway.send(
                  gateway.request("/api/v1/sessions").header("authorization", "Bearer " + key)));
      assertThat(list.at("/sessions/0/state").asText()).isEqualTo("closed");
    }
  }

  @Test
  void shouldSayThatASlotWasTakenAndOpenAnotherRequest() throws Exception {
    try (Journal journal = Journal.open(folder.resolve("journal.db"));
        TestingGateway gateway = gateway(journal)) {
      TestingClient client = client(7);
      chain.takeSlots(1);
      HttpResponse<String> lost = open(gateway, request(client));
      assertThat(lost.statusCode()).as(lost.body()).isEqualTo(409);
      assertThat(gateway.json(lost).at("/error/code").asText()).isEqualTo("slot_taken");
      assertThat(open(gateway, request(client)).statusCode()).isEqualTo(201);
    }
  }

  private static String request(TestingClient client) throws Exception {
    return TestingClient.json(
        client.sign(
            client.request("tiny", 1, BigInteger.TEN, System.currentTimeMillis() + 3_600_000)));
  }

  @Test
  void shouldRefuseAForgedRequestAndNameABadField() throws Exception {
    try (Journal journal = Journal.open(folder.resolve("journal.db"));
        TestingGateway gateway = gateway(journal)) {
      TestingClient client = client(4);
      String json =
          TestingClient.json(
              client.sign(
                  client.request(
                      "tiny", 1, BigInteger.TEN, System.currentTimeMillis() + 3_600_000)));
      HttpResponse<String> forged =
          open(gateway, json.replace("\"budgetWei\":\"10\"", "\"budgetWei\":\"11\""));
      assertThat(forged.statusCode()).isEqualTo(401);
      assertThat(gateway.json(forged).at("/error/code").asText()).isEqualTo("bad_signature");
      HttpResponse<String> bad =
          open(gateway, json.replace("\"redundancy\":1", "\"redundancy\":\"1\""));
      assertThat(bad.statusCode()).isEqualTo(400);
      assertThat(gateway.json(bad).at("/error/param").asText()).isEqualTo("request.redundancy");
      HttpResponse<String> unknown = open(gateway, json.replace("\"maxTasks\"", "\"maxTask\""));
      assertThat(gateway.json(unknown).at("/error/code").asText()).isEqualTo("unknown_field");
      assertThat(open(gateway, "\"" + "x".repeat(20_000) + "\"").statusCode()).isEqualTo(413);
    }
  }

  private TestingClient client(int number) {
    return new TestingClient(
        number, GATEWAY, Eip712Domain.local(), () -> service.get().seedCommitment());
  }

  private TestingGateway gateway(Journal journal) throws Exception {
    SessionService sessions =
        SessionService.start(
            SessionSettings.standard(GATEWAY, Eip712Domain.local()),
            chain,
            journal.sessions(),
            InstantSource.system(),
            new SecureRandom());
    service.set(sessions);
    TestingGateway gateway =
        new TestingGateway(TestingGateway.CONFIG, WsSettings.DEFAULTS, sessions);
    gateway.nodes.join(FixedNodes.node(2, 4, "tiny"));
    gateway.nodes.addListener(sessions);
    return gateway;
  }

  private static HttpResponse<String> open(TestingGateway gateway, String json) throws Exception {
    return gateway.send(
        gateway
            .request("/api/v1/sessions")
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }
}
