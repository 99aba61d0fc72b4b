package io.myelin.cli.fronts;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.chain.LogFilter;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.LiveNetwork;
import io.myelin.cli.testing.StreamedAnswer;
import io.myelin.client.ClientSession;
import io.myelin.client.ClientSession.Terms;
import io.myelin.client.GatewayClient;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.work.VerificationLevel;
import java.io.BufferedReader;
import java.io.StringReader;
import java.math.BigInteger;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Verification is not for the client to notice: every kind of answer is the same at every level,
 * streamed or whole, with the real model over real HTTP.
 */
@Timeout(420)
class LevelsIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NODES = 3;

  @TempDir static Path data;
  private static LiveNetwork network;
  private static HttpClient http;
  private static Map<String, List<String>> usual = Map.of();

  @BeforeAll
  static void start() throws Exception {
    network = LiveNetwork.start(data, NODES, 8);
    http = HttpClient.newHttpClient();
    ClientSession session = network.session(Terms.usual(LiveNetwork.MODEL, 1));
    usual = answers(session, new ArrayList<>());
    session.close();
  }

  @AfterAll
  static void stop() {
    http.close();
    network.close();
  }

  private static Map<String, ObjectNode> requests() throws Exception {
    Map<String, ObjectNode> all = new LinkedHashMap<>();
    all.put("greedy", chat("What is the capital of France?", 16));
    all.put("drawn", chat("Tell me of a river, with an é.", 16).put("temperature", 1));
    all.put("one token", chat("Say yes.", 1));
    ObjectNode stops = chat("Count from one to ten.", 48);
    stops.putArray("stop").add("3");
    all.put("stop", stops);
    ObjectNode choices = chat("Name a colour.", 8).put("temperature", 1).put("n", 2);
    all.put("two choices", choices);
    ObjectNode json = chat("Describe a city as JSON.", 64);
    json.putObject("response_format")
        .put("type", "json_schema")
        .putObject("json_schema")
        .put("name", "city")
        .put("strict", true)
        .set("schema", JSON.readTree(CITY));
    all.put("json", json);
    ObjectNode tools = chat("Will it rain in Rome?", 64);
    ObjectNode function =
        tools.putArray("tools").addObject().put("type", "function").putObject("function");
    function.put("name", "weather").set("parameters", JSON.readTree(CITY));
    tools.put("tool_choice", "required");
    all.put("tool call", tools);
    return all;
  }

  private static final String CITY =
      """
      {"type": "object", "properties": {"city": {"type": "string", "maxLength": 12}},
       "required": ["city"], "additionalProperties": false}
      """;

  private static ObjectNode chat(String question, int maxTokens) {
    return StreamedAnswer.chat(LiveNetwork.MODEL, question, maxTokens).put("seed", 7);
  }

  private static HttpResponse<String> ask(ClientSession session, ObjectNode body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(session.endpoint().at("/v1/chat/completions"))
            .timeout(Await.PATIENCE)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + session.apiKey())
            .POST(BodyPublishers.ofString(body.toString()))
            .build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response;
  }

  /** Each request whole and streamed, as far as a client can tell answers apart. */
  private static Map<String, List<String>> answers(ClientSession session, List<String> tasks)
      throws Exception {
    Map<String, List<String>> all = new LinkedHashMap<>();
    for (Map.Entry<String, ObjectNode> one : requests().entrySet()) {
      HttpResponse<String> whole = ask(session, one.getValue());
      ObjectNode streaming = one.getValue().deepCopy().put("stream", true);
      streaming.putObject("stream_options").put("include_usage", true);
      HttpResponse<String> streamed = ask(session, streaming);
      for (HttpResponse<String> response : List.of(whole, streamed)) {
        tasks.addAll(
            List.of(response.headers().firstValue("myelin-task").orElseThrow().split(", ")));
      }
      JsonNode json = JSON.readTree(whole.body());
      List<String> seen = new ArrayList<>();
      for (JsonNode choice : json.path("choices")) {
        ObjectNode named = choice.deepCopy();
        named.path("message").path("tool_calls").forEach(c -> ((ObjectNode) c).remove("id"));
        seen.add(named.toString());
      }
      seen.add(counted(json.path("usage")));
      seen.addAll(told(streamed.body()));
      all.put(one.getKey(), seen);
    }
    return all;
  }

  /** What is paid for; how much of a prompt an engine had seen before is chance. */
  private static String counted(JsonNode usage) {
    return usage.path("prompt_tokens") + " + " + usage.path("completion_tokens");
  }

  /** What the pieces of a stream add up to, choice by choice. */
  private static List<String> told(String events) throws Exception {
    Map<Integer, StringBuilder> choices = new LinkedHashMap<>();
    int dones = 0;
    String usage = "";
    for (String line : new BufferedReader(new StringReader(events)).lines().toList()) {
      if (line.equals("data: [DONE]")) {
        dones++;
      } else if (line.startsWith("data: ")) {
        JsonNode event = JSON.readTree(line.substring(6));
        assertThat(event.has("error")).as(line).isFalse();
        usage = event.path("usage").isObject() ? counted(event.path("usage")) : usage;
        for (JsonNode choice : event.path("choices")) {
          StringBuilder told =
              choices.computeIfAbsent(choice.path("index").asInt(), _ -> new StringBuilder());
          JsonNode delta = choice.path("delta");
          told.append(delta.path("content").asText(""));
          for (JsonNode call : delta.path("tool_calls")) {
            told.append(call.path("function").path("name").asText(""));
            told.append(call.path("function").path("arguments").asText(""));
          }
          String reason = choice.path("finish_reason").asText("");
          told.append(reason.isEmpty() || reason.equals("null") ? "" : "|" + reason);
        }
      }
    }
    assertThat(dones).isEqualTo(1);
    List<String> all = new ArrayList<>();
    choices.forEach((index, text) -> all.add(index + ":" + text));
    all.sort(null);
    all.add(usage);
    return all;
  }

  @ParameterizedTest
  @EnumSource(VerificationLevel.class)
  void shouldAnswerTheSameAtEveryLevel(VerificationLevel level) throws Exception {
    ClientSession session =
        network.session(Terms.usual(LiveNetwork.MODEL, level.usualNodes()).checking(level));
    List<String> tasks = new ArrayList<>();
    assertThat(answers(session, tasks)).isEqualTo(usual);

    BigInteger paidWei = BigInteger.ZERO;
    try (GatewayClient client = session.connect()) {
      for (String task : tasks) {
        Receipt receipt = SignedReceipt.parse(client.receipt(task).orElseThrow()).receipt();
        assertThat(receipt.nodes()).hasSize(level.usualNodes());
        paidWei = paidWei.add(receipt.price().totalWei());
        if (level == VerificationLevel.REDUNDANT) {
          JsonNode agreement =
              Await.found(
                  "the answers of " + task + " are compared",
                  () ->
                      Optional.of(client.get("/api/v1/tasks/" + task).path("agreement"))
                          .filter(JsonNode::isObject));
          // Honest nodes of one processor: nobody stands apart.
          assertThat(agreement.path("outcome").asText()).isEqualTo("identical");
          assertThat(agreement.path("alarm").asBoolean()).isFalse();
          assertThat(agreement.path("nodes")).hasSize(NODES);
        }
      }
    }
    assertThat(session.view().path("verification").asText()).isEqualTo(level.label());
    assertThat(session.view().path("spentWei").asText()).isEqualTo(paidWei.toString());
    session.close();
    assertThat(settledWei(session)).isEqualTo(paidWei);
  }

  /** What the chain counts as spent: the sum of what each node earned. */
  private static BigInteger settledWei(ClientSession session) throws InterruptedException {
    var chain = network.chain().client();
    LogFilter filter =
        new LogFilter(
            List.of(network.chain().network().payment().address()),
            List.of(
                List.of(InferencePayment.SettledEvent.TYPE.topic()),
                List.of(ChainTerms.word(SessionId.parse(session.id())))));
    return Await.found(
        "session " + session.id() + " is settled",
        () ->
            chain.logs(filter, 0, chain.head().number()).stream()
                .flatMap(log -> TermsEvent.from(log).stream())
                .filter(TermsEvent.Settled.class::isInstance)
                .map(
                    event ->
                        ((TermsEvent.Settled) event)
                            .earnedWei().stream().reduce(BigInteger.ZERO, BigInteger::add))
                .findFirst());
  }
}
