package io.myelin.cli.devnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.client.Endpoint;
import io.myelin.cli.testing.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/**
 * All that a client without any library saw of one streamed answer, to the end of the line.
 *
 * @param taskId from the answer's headers
 * @param text every piece
 * @param pieces events that carried text
 * @param dones how often {@code [DONE]} came
 * @param errors how many events told of a failure
 * @param finishReason OpenAI's; empty when none came
 * @param promptTokens as the gateway counted them; 0 when it did not say
 * @param outputTokens as the gateway counted them; 0 when it did not say
 * @param broken whether the line broke
 */
record StreamedAnswer(
    String taskId,
    String text,
    int pieces,
    int dones,
    int errors,
    String finishReason,
    int promptTokens,
    int outputTokens,
    boolean broken) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What OpenAI's chat operation takes, at temperature 0. */
  static ObjectNode chat(String model, String prompt, int maxTokens) {
    ObjectNode body = JSON.createObjectNode();
    body.put("model", model).put("temperature", 0).put("max_tokens", maxTokens);
    body.putArray("messages").addObject().put("role", "user").put("content", prompt);
    return body;
  }

  /** Asks and reads on; {@code onPiece} gets the task's id and the number of pieces so far. */
  static StreamedAnswer ask(Endpoint endpoint, ObjectNode chat, BiConsumer<String, Integer> onPiece)
      throws IOException, InterruptedException {
    ObjectNode body = chat.deepCopy().put("stream", true);
    body.putObject("stream_options").put("include_usage", true);
    HttpRequest request =
        HttpRequest.newBuilder(endpoint.at("/v1/chat/completions"))
            .timeout(Await.PATIENCE)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + endpoint.apiKey())
            .POST(BodyPublishers.ofString(body.toString()))
            .build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        if (response.statusCode() != 200) {
          throw new AssertionError(
              "status "
                  + response.statusCode()
                  + ": "
                  + new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return read(response.headers().firstValue("Myelin-Task").orElse(""), in, onPiece);
      }
    }
  }

  private static StreamedAnswer read(
      String taskId, InputStream in, BiConsumer<String, Integer> onPiece) {
    StringBuilder text = new StringBuilder();
    int pieces = 0;
    int dones = 0;
    int errors = 0;
    String finishReason = "";
    int promptTokens = 0;
    int outputTokens = 0;
    boolean broken = false;
    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("data:")) {
          continue;
        }
        String data = line.substring(5).strip();
        if (data.equals("[DONE]")) {
          dones++;
          continue;
        }
        JsonNode event = JSON.readTree(data);
        errors += event.has("error") ? 1 : 0;
        JsonNode choice = event.path("choices").path(0);
        String piece = choice.path("delta").path("content").asText("");
        if (!piece.isEmpty()) {
          text.append(piece);
          pieces++;
          onPiece.accept(taskId, pieces);
        }
        finishReason = choice.path("finish_reason").asText(finishReason);
        promptTokens = event.path("usage").path("prompt_tokens").asInt(promptTokens);
        outputTokens = event.path("usage").path("completion_tokens").asInt(outputTokens);
      }
    } catch (IOException e) {
      broken = true;
    }
    return new StreamedAnswer(
        taskId,
        text.toString(),
        pieces,
        dones,
        errors,
        finishReason,
        promptTokens,
        outputTokens,
        broken);
  }
}
