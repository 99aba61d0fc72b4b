package io.myelin.cli.fronts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.StreamedAnswer;
import io.myelin.client.ClientSession;
import io.myelin.client.GatewayClient;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.FinishReason;
import io.myelin.v1.FollowRequest;
import io.myelin.v1.GatewayClientGrpc;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.SamplingParams;
import io.myelin.v1.SubmitRequest;
import io.myelin.v1.TaskUpdate;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HexFormat;
import java.util.Iterator;

/** One session asked through each of a gateway's four fronts. */
final class Fronts implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ClientSession session;
  private final HttpClient plain = HttpClient.newHttpClient();
  final GatewayClient http;
  final GatewayClientGrpc.GatewayClientBlockingStub grpc;

  Fronts(ClientSession session) {
    this.session = session;
    http = new GatewayClient(session.endpoint());
    grpc =
        GrpcClients.builder("gproto+" + session.gateway() + "/")
            .responseTimeout(Await.PATIENCE)
            .maxResponseLength(0)
            .setHeader("authorization", "Bearer " + session.apiKey())
            .build(GatewayClientGrpc.GatewayClientBlockingStub.class);
  }

  Ending openAi(ObjectNode chat) throws Exception {
    StreamedAnswer answer = StreamedAnswer.ask(session.endpoint(), chat, (_, _) -> {});
    if (answer.dones() != 1 || answer.errors() != 0) {
      throw new AssertionError("no clean end: " + answer);
    }
    return new Ending(
        answer.taskId(),
        answer.text(),
        answer.finishReason(),
        answer.promptTokens(),
        answer.outputTokens(),
        "");
  }

  /** What OpenAI's front answers to what it refuses. */
  JsonNode refusedByOpenAi(ObjectNode chat) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(session.endpoint().at("/v1/chat/completions"))
            .timeout(Await.PATIENCE)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + session.apiKey())
            .POST(BodyPublishers.ofString(chat.toString()))
            .build();
    return JSON.readTree(plain.send(request, BodyHandlers.ofString()).body()).path("error");
  }

  /** Submits for later and follows. */
  Ending nativeApi(ObjectNode chat) throws Exception {
    return followOverHttp(submitOverHttp(chat));
  }

  String submitOverHttp(ObjectNode chat) {
    ObjectNode body = JSON.createObjectNode();
    body.set("chat", chat);
    return http.post("/api/v1/sessions/" + session.id() + "/tasks", body).path("id").asText();
  }

  Ending followOverHttp(String task) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(session.endpoint().at("/api/v1/tasks/" + task + "/stream"))
            .timeout(Await.PATIENCE)
            .header("Authorization", "Bearer " + session.apiKey())
            .build();
    StringBuilder text = new StringBuilder();
    String event = "";
    String answer = plain.send(request, BodyHandlers.ofString()).body();
    for (String line : answer.lines().toList()) {
      if (line.startsWith("event:")) {
        event = line.substring(6).strip();
      } else if (line.startsWith("data:")) {
        JsonNode data = JSON.readTree(line.substring(5));
        switch (event) {
          case "tokens" -> text.append(data.path("text").asText());
          case "done" -> {
            return new Ending(
                task,
                text.toString(),
                data.path("finishReason").asText(),
                data.path("usage").path("promptTokens").asInt(),
                data.path("usage").path("outputTokens").asInt(),
                "");
          }
          case "error" -> {
            return Ending.failed(task, text.toString(), data.path("error").path("code").asText());
          }
          default -> {}
        }
      }
    }
    throw new AssertionError("no end: " + answer);
  }

  Ending webSocket(ObjectNode chat) throws Exception {
    try (WsTalk talk = new WsTalk(session.endpoint())) {
      ObjectNode submit = talk.frame("submit");
      submit.set("chat", chat);
      talk.send(submit);
      return talk.end();
    }
  }

  Ending resumeOverWebSocket(String task, int afterSeq) throws Exception {
    try (WsTalk talk = new WsTalk(session.endpoint())) {
      talk.send(talk.frame("resume").put("task", task).put("afterSeq", afterSeq));
      return talk.end();
    }
  }

  WsTalk talk() throws Exception {
    return new WsTalk(session.endpoint());
  }

  Ending grpc(ObjectNode chat) {
    return end(grpc.run(SubmitRequest.newBuilder().setGeneration(spec(chat)).build()));
  }

  Ending followOverGrpc(String task) {
    ByteString id = ByteString.copyFrom(HexFormat.of().parseHex(task));
    return end(grpc.follow(FollowRequest.newBuilder().setTaskId(id).build()));
  }

  /** The same request in gRPC's own terms. */
  static GenerationSpec spec(ObjectNode chat) {
    ChatPrompt.Builder prompt = ChatPrompt.newBuilder();
    for (JsonNode message : chat.path("messages")) {
      prompt.addMessages(
          ChatMessage.newBuilder()
              .setRole(message.path("role").asText())
              .setContent(message.path("content").asText()));
    }
    GenerationSpec.Builder spec =
        GenerationSpec.newBuilder()
            .setModel(chat.path("model").asText())
            .setChat(prompt)
            .setMaxTokens(chat.path("max_tokens").asInt())
            .setSampling(
                SamplingParams.newBuilder()
                    .setTemperature(chat.path("temperature").asDouble())
                    .setTopP(1)
                    .setRepeatPenalty(1)
                    .setSeed(chat.path("seed").asLong()));
    chat.path("stop").forEach(stop -> spec.addStop(stop.asText()));
    return spec.build();
  }

  private static Ending end(Iterator<TaskUpdate> updates) {
    ByteString text = ByteString.EMPTY;
    while (updates.hasNext()) {
      TaskUpdate update = updates.next();
      String task = HexFormat.of().formatHex(update.getTaskId().toByteArray());
      switch (update.getKindCase()) {
        case CHUNK -> text = text.concat(update.getChunk().getText());
        case COMPLETED -> {
          var generation = update.getCompleted().getGeneration();
          boolean stopped = generation.getReason() == FinishReason.FINISH_REASON_STOP;
          return new Ending(
              task,
              text.toStringUtf8(),
              stopped ? "stop" : "length",
              generation.getPromptTokens(),
              generation.getOutputTokens(),
              "");
        }
        case FAILED -> {
          return Ending.failed(task, text.toStringUtf8(), update.getFailed().getCode());
        }
        case ACCEPTED, STARTED, KIND_NOT_SET -> {}
      }
    }
    throw new AssertionError("the updates end without an end");
  }

  @Override
  public void close() {
    http.close();
    plain.close();
  }
}
