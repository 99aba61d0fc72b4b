package io.myelin.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.gateway.task.AgreementView;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.protocol.ids.Address;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class NativeApiIT {
  @SuppressWarnings("NullAway.Init")
  private static TestingGateway gateway;

  @BeforeAll
  static void start() throws IOException {
    gateway = new TestingGateway();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void shouldTakeInATaskAndTellWhereItIs() throws Exception {
    HttpResponse<String> answer =
        gateway.post(
            "/api/v1/sessions/" + TestingGateway.SESSION + "/tasks",
            TestingGateway.KEY,
            TestingGateway.task(3));
    assertThat(answer.statusCode()).isEqualTo(202);
    JsonNode json = gateway.json(answer);
    String id = json.get("id").asText();
    assertThat(answer.headers().firstValue("location")).hasValue("/api/v1/tasks/" + id);
    assertThat(json.get("reference").asText()).isEqualTo("r3");
    Submission submission = gateway.tasks.submission(id);
    assertThat(submission.kind()).isEqualTo(Submission.Kind.DURABLE);
    assertThat(submission.sessionId()).isEqualTo(TestingGateway.SESSION);
    assertThat(submission.work())
        .isInstanceOfSatisfying(
            Submission.Work.Generate.class,
            work -> assertThat(work.spec().getMaxTokens()).isEqualTo(3));

    JsonNode task = gateway.json(gateway.send(gateway.authorized("/api/v1/tasks/" + id)));
    assertThat(task.get("state").asText()).isEqualTo("completed");
    assertThat(task.get("usage").get("outputTokens").asInt()).isEqualTo(3);
    assertThat(task.get("receipt").asText()).isEqualTo("/api/v1/tasks/" + id + "/receipt");
    assertThat(task.has("agreement")).isFalse();
    Address apart = Address.parse("0x" + "ab".repeat(20));
    gateway.agreements.put(
        id,
        new AgreementView(
            "outliers",
            true,
            0.5,
            List.of(
                new AgreementView.Compared(Address.ZERO, null),
                new AgreementView.Compared(apart, "meaning"))));
    JsonNode agreement =
        gateway.json(gateway.send(gateway.authorized("/api/v1/tasks/" + id))).get("agreement");
    assertThat(agreement.at("/outcome").asText()).isEqualTo("outliers");
    assertThat(agreement.at("/alarm").asBoolean()).isTrue();
    assertThat(agreement.at("/distance").asDouble()).isEqualTo(0.5);
    assertThat(agreement.at("/nodes/0").has("apart")).isFalse();
    assertThat(agreement.at("/nodes/1/node").asText()).isEqualTo(apart.toString());
    assertThat(agreement.at("/nodes/1/apart").asText()).isEqualTo("meaning");
    HttpResponse<String> receipt = gateway.send(gateway.request(task.get("receipt").asText()));
    assertThat(receipt.statusCode()).isEqualTo(200);
    assertThat(receipt.body()).contains(id);
  }

  @Test
  void shouldStreamEveryChunkOnceWithItsSequenceNumberAsId() throws Exception {
    String id = gateway.submit(200);
    List<String> lines = stream(id, null);
    assertThat(ids(lines)).hasSize(200).startsWith("id: 0", "id: 1").endsWith("id: 199");
    assertThat(lines.stream().filter(l -> l.startsWith("event: "))).last().isEqualTo("event: done");
    assertThat(lines.stream().filter(l -> l.equals("event: done"))).hasSize(1);
  }

  @Test
  void shouldResumeAfterTheLastEventId() throws Exception {
    String id = gateway.submit(10);
    assertThat(ids(stream(id, "6"))).containsExactly("id: 7", "id: 8", "id: 9");
    assertThat(ids(stream(id, "9"))).isEmpty();
  }

  @Test
  void shouldRefuseALastEventIdThatIsNone() throws Exception {
    String id = gateway.submit(1);
    HttpResponse<String> answer =
        gateway.send(
            gateway.authorized("/api/v1/tasks/" + id + "/stream").header("last-event-id", "x1"));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(gateway.json(answer).at("/error/param").asText()).isEqualTo("Last-Event-ID");
  }

  @Test
  void shouldLetGoOfADurableTaskWhenItsReaderLeaves() throws Exception {
    String id = endless();
    HttpResponse<Stream<String>> reading =
        gateway.http.send(
            gateway.authorized("/api/v1/tasks/" + id + "/stream").build(), BodyHandlers.ofLines());
    try (Stream<String> lines = reading.body()) {
      assertThat(lines.filter(l -> l.equals("id: 3")).findFirst()).isPresent();
    }
    assertThat(gateway.tasks.cancelled(id)).isNotDone();
    HttpResponse<String> cancelled =
        gateway.send(gateway.authorized("/api/v1/tasks/" + id).DELETE());
    assertThat(cancelled.statusCode()).isEqualTo(202);
    assertThat(gateway.tasks.cancelled(id)).isDone();
    HttpResponse<String> again = gateway.send(gateway.authorized("/api/v1/tasks/" + id).DELETE());
    assertThat(again.statusCode()).isEqualTo(409);
    assertThat(stream(id, "5"))
        .contains("event: error")
        .doesNotContain("event: done")
        .anyMatch(l -> l.contains("\"code\":\"cancelled\""));
  }

  @Test
  void shouldShowATaskToItsOwnSessionOnly() throws Exception {
    String id = gateway.submit(1);
    for (String path : List.of("/api/v1/tasks/" + id, "/api/v1/tasks/" + id + "/stream")) {
      HttpResponse<String> other =
          gateway.send(
              gateway.request(path).header("authorization", "Bearer " + TestingGateway.OTHER_KEY));
      assertError(other, 404, "task_not_found");
      assertError(gateway.send(gateway.request(path)), 401, "invalid_api_key");
    }
    HttpResponse<String> foreign =
        gateway.post(
            "/api/v1/sessions/" + TestingGateway.SESSION + "/tasks",
            TestingGateway.OTHER_KEY,
            TestingGateway.task(1));
    assertError(foreign, 404, "session_not_found");
  }

  @Test
  void shouldShowAndCloseSessionsByTheRightKeyOnly() throws Exception {
    JsonNode list = gateway.json(gateway.send(gateway.authorized("/api/v1/sessions")));
    assertThat(list.get("sessions")).hasSize(1);
    assertThat(list.at("/sessions/0/id").asText()).isEqualTo(TestingGateway.SESSION);
    String other = "/api/v1/sessions/" + TestingGateway.OTHER_SESSION;
    assertError(gateway.send(gateway.authorized(other)), 404, "session_not_found");
    assertError(gateway.send(gateway.authorized(other).DELETE()), 404, "session_not_found");
    String own = "/api/v1/sessions/" + TestingGateway.SESSION;
    assertThat(gateway.send(gateway.authorized(own).DELETE()).statusCode()).isEqualTo(200);
  }

  @Test
  void shouldNameWhatIsWrongWithATask() throws Exception {
    String path = "/api/v1/sessions/" + TestingGateway.SESSION + "/tasks";
    record Bad(String json, String inMessage) {}
    for (Bad bad :
        List.of(
            new Bad("{}", "exactly one of"),
            new Bad("[]", "expected: an object"),
            new Bad("{\"chat\":{},\"embedding\":{}}", "exactly one of"),
            new Bad("{\"chat\":3}", "chat"),
            new Bad("{\"chat\":{},\"surprise\":1}", "surprise"),
            new Bad("{\"chat\":" + TestingGateway.chat(1) + ",\"timeoutMillis\":0}", "timeout"),
            new Bad("{\"chat\":" + TestingGateway.chat(1) + ",\"reference\":5}", "reference"),
            new Bad(
                "{\"chat\":"
                    + TestingGateway.chat(1).replace("{\"model", "{\"temperature\":9,\"model")
                    + "}",
                "temperature"),
            new Bad("{\"chat\":", "JSON"))) {
      HttpResponse<String> answer = gateway.post(path, TestingGateway.KEY, bad.json());
      assertThat(answer.statusCode()).as(bad.json()).isEqualTo(400);
      assertThat(gateway.json(answer).at("/error/message").asText())
          .as(bad.json())
          .contains(bad.inMessage());
    }
  }

  @Test
  void shouldAnswerARejectedTaskWithItsReason() throws Exception {
    gateway.tasks.rejectNext(
        new TaskRejectedException(TaskRejectedException.Reason.QUEUE_FULL, "the queue is full", 3));
    HttpResponse<String> busy =
        gateway.post(
            "/api/v1/sessions/" + TestingGateway.SESSION + "/tasks",
            TestingGateway.KEY,
            TestingGateway.task(1));
    assertError(busy, 429, "rate_limit_exceeded");
    assertThat(busy.headers().firstValue("retry-after")).hasValue("3");
  }

  @Test
  void shouldAnswerUnknownPathsMethodsAndBodiesInTheOneErrorShape() throws Exception {
    assertError(gateway.send(gateway.request("/nowhere")), 404, "not_found");
    assertError(gateway.send(gateway.request("/api/v1/nowhere")), 404, "not_found");
    HttpResponse<String> posted =
        gateway.send(gateway.request("/api/v1/nodes").POST(BodyPublishers.noBody()));
    assertError(posted, 405, "method_not_allowed");
    assertThat(posted.headers().firstValue("allow")).hasValue("GET");
    String path = "/api/v1/sessions/" + TestingGateway.SESSION + "/tasks";
    assertError(
        gateway.post(path, TestingGateway.KEY, "\"" + "a".repeat(2 << 20) + "\""),
        413,
        "request_too_large");
    assertError(
        gateway.send(
            gateway
                .authorized(path)
                .header("content-type", "text/plain")
                .POST(BodyPublishers.ofString("{}"))),
        415,
        "unsupported_content_type");
    assertError(gateway.send(gateway.authorized("/api/v1/tasks/nothing")), 404, "task_not_found");
  }

  @Test
  void shouldTellOfNodesAndTheNetworkToEverybody() throws Exception {
    JsonNode nodes = gateway.json(gateway.send(gateway.request("/api/v1/nodes")));
    String id = nodes.at("/nodes/0/id").asText();
    assertThat(gateway.json(gateway.send(gateway.request("/api/v1/nodes/" + id))).get("slots"))
        .isEqualTo(nodes.at("/nodes/0/slots"));
    JsonNode reputation = nodes.at("/nodes/0/reputation");
    assertThat(reputation.path("weight").asInt()).isEqualTo(94);
    assertThat(reputation.path("level").asInt()).isZero();
    assertThat(reputation.path("points").asInt()).isEqualTo(-4);
    assertThat(reputation.path("validatorSet").asInt()).isEqualTo(3);
    assertThat(reputation.at("/stages/0/stage").asText()).isEqualTo("ping");
    assertThat(reputation.at("/stages/0/attempts").asInt()).isEqualTo(2);
    assertThat(reputation.at("/stages/0/successes").asInt()).isEqualTo(1);
    assertThat(reputation.at("/stages/0/believed").asDouble()).isBetween(0.09, 0.1);
    assertThat(reputation.at("/suspension/evidence").asText()).isEqualTo("0x" + "00".repeat(32));
    assertThat(reputation.path("why").asText()).startsWith("suspended by a verdict on 1970-01-01");
    assertError(gateway.send(gateway.request("/api/v1/nodes/0x00")), 404, "node_not_found");
    JsonNode network = gateway.json(gateway.send(gateway.request("/api/v1/network")));
    assertThat(network.at("/totals/slots").asInt()).isEqualTo(4);
    // Each level's price for all nodes of a task, before anybody pays.
    assertThat(network.at("/models/0/levels")).hasSize(4);
    assertThat(network.at("/models/0/levels/1/verification").asText()).isEqualTo("sampled");
    assertThat(network.at("/models/0/levels/1/priceOutputWei").asText()).isEqualTo("2");
    assertThat(network.at("/models/0/levels/2/verification").asText()).isEqualTo("redundant");
    assertThat(network.at("/models/0/levels/2/nodes").asInt()).isEqualTo(3);
    assertThat(network.at("/models/0/levels/2/priceInputWei").asText()).isEqualTo("3");
    assertThat(network.at("/models/0/levels/2/priceOutputWei").asText()).isEqualTo("6");
    assertThat(network.at("/nodes/0/figures/compared").asInt()).isEqualTo(2);
    assertThat(network.at("/nodes/0/figures/apart").asInt()).isEqualTo(1);
    assertThat(network.at("/signing/name").asText()).isEqualTo("Myelin");
    JsonNode subnets = gateway.json(gateway.send(gateway.request("/api/v1/subnets")));
    assertThat(subnets.at("/subnets/0/models/0/id").asText()).isEqualTo("tiny");
  }

  @Test
  void shouldTellItsHealthAndFigures() throws Exception {
    for (String path : List.of("/health", "/api/v1/health")) {
      assertThat(gateway.json(gateway.send(gateway.request(path))).get("status").asText())
          .isEqualTo("ok");
    }
    stream(gateway.submit(4), null);
    String figures = gateway.send(gateway.request("/metrics")).body();
    assertThat(figures)
        .contains("myelin_requests_total{front=\"native\",status=\"202\"}")
        .contains("myelin_tokens_relayed_total{front=\"native\"}")
        .contains("myelin_task_first_token_seconds_bucket{front=\"native\"")
        .contains("myelin_task_token_delay_seconds_bucket{front=\"native\"")
        .contains("myelin_streams_open{front=\"native\"}")
        .contains("myelin_journal_commit_seconds");
    assertThat(figures.lines().filter(l -> l.startsWith("# TYPE ")).map(l -> l.split(" ")[2]))
        .allMatch(
            name ->
                name.startsWith("myelin_")
                    || name.startsWith("jvm_")
                    || name.startsWith("system_")
                    || name.startsWith("process_"));
  }

  private static String endless() throws Exception {
    // The API offers no endless task; one of two billion tokens ends no sooner.
    return gateway.submit(Integer.MAX_VALUE);
  }

  private static List<String> stream(String id, @org.jspecify.annotations.Nullable String after)
      throws Exception {
    HttpRequest.Builder request = gateway.authorized("/api/v1/tasks/" + id + "/stream");
    if (after != null) {
      request.header("last-event-id", after);
    }
    HttpResponse<Stream<String>> answer =
        gateway.http.send(request.build(), BodyHandlers.ofLines());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type").orElse(""))
        .startsWith("text/event-stream");
    try (Stream<String> lines = answer.body()) {
      return lines.toList();
    }
  }

  private static List<String> ids(List<String> lines) {
    return lines.stream().filter(l -> l.startsWith("id: ")).toList();
  }

  private static void assertError(HttpResponse<String> answer, int status, String code)
      throws IOException {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    JsonNode error = gateway.json(answer).get("error");
    assertThat(error.get("code").asText()).isEqualTo(code);
    assertThat(error.get("message").asText()).isNotBlank();
    assertThat(error.has("type")).isTrue();
    assertThat(error.has("param")).isTrue();
  }
}
