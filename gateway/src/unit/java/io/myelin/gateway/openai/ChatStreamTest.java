package io.myelin.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.gateway.session.FixedSessions;
import io.myelin.gateway.task.Script;
import io.myelin.v1.FinishReason;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ChatStreamTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final OpenAiTestServer server =
      new OpenAiTestServer(
          (submission, number) ->
              new Script.Builder()
                  .say("Hel")
                  .say("lo \"wörld\"\n")
                  .prompt(9, 4)
                  .complete(FinishReason.FINISH_REASON_STOP));
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .header("Authorization", "Bearer " + FixedSessions.KEY)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aStreamBeginsWithTheRoleAndEndsInDoneOnce() throws Exception {
    HttpResponse<String> response =
        post(
            "/v1/chat/completions",
            """
            {"model":"scripted-model","stream":true,"stream_options":{"include_usage":true},
             "messages":[{"role":"user","content":"Hi"}]}""");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
    assertThat(response.headers().firstValue("myelin-session")).hasValue("ab".repeat(32));
    assertThat(response.headers().firstValue("myelin-task")).hasValue("00000000".repeat(8));
    assertThat(response.headers().firstValue("myelin-receipt"))
        .hasValue("http://gateway.test/api/v1/tasks/" + "00000000".repeat(8) + "/receipt");
    List<String> events = response.body().lines().filter(line -> !line.isEmpty()).toList();
    assertThat(events).hasSize(6).allMatch(line -> line.startsWith("data: "));
    assertThat(events.getLast()).isEqualTo("data: [DONE]");
    List<JsonNode> chunks =
        events.subList(0, 5).stream().map(line -> read(line.substring(6))).toList();
    assertThat(chunks.get(0).at("/choices/0/delta/role").asText()).isEqualTo("assistant");
    assertThat(chunks.get(1).at("/choices/0/delta/content").asText()).isEqualTo("Hel");
    assertThat(chunks.get(2).at("/choices/0/delta/content").asText()).isEqualTo("lo \"wörld\"\n");
    assertThat(chunks.get(3).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    assertThat(chunks.get(4).at("/usage").toString())
        .isEqualTo(
            "{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11,"
                + "\"prompt_tokens_details\":{\"cached_tokens\":4,\"audio_tokens\":0},"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,"
                + "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}");
    assertThat(chunks)
        .allSatisfy(
            chunk -> {
              assertThat(chunk.get("object").asText()).isEqualTo("chat.completion.chunk");
              assertThat(chunk.get("id")).isEqualTo(chunks.getFirst().get("id"));
              assertThat(chunk.get("created").asLong()).isEqualTo(1_760_000_000L);
            });
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (java.io.IOException e) {
      throw new AssertionError(json, e);
    }
  }
}
