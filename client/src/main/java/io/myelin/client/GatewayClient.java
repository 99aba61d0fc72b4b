package io.myelin.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.protocol.ids.Address;
import io.myelin.v1.GeneratedChunk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client of one gateway: chat with streaming, and plain JSON calls. */
public final class GatewayClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(10);

  private final Endpoint endpoint;
  private final HttpClient http;

  /** One message of a chat. */
  public record Message(String role, String content) {}

  /**
   * A streamed answer.
   *
   * @param request the body as it was sent
   * @param text the whole answer
   * @param finishReason OpenAI's, e.g. {@code stop}
   * @param taskId from the answer's headers; empty when absent
   * @param receiptUrl from the answer's headers; empty when absent
   * @param promptTokens as the gateway counted them
   * @param completionTokens as the gateway counted them
   */
  public record Answer(
      ObjectNode request,
      String text,
      String finishReason,
      String taskId,
      String receiptUrl,
      int promptTokens,
      int completionTokens) {}

  /** For one gateway. */
  public GatewayClient(Endpoint endpoint) {
    this.endpoint = endpoint;
    this.http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
  }

  /** The first model the gateway lists; those that generate text come first. */
  public String firstModel() {
    for (JsonNode model : get("/v1/models").path("data")) {
      return model.path("id").asText();
    }
    throw new ClientException("the gateway lists no model: is a compute node connected?");
  }

  /** The address that the gateway says it signs with. */
  public Address gatewayAddress() {
    try {
      return Address.parse(get("/api/v1/network").path("gateway").path("address").asText());
    } catch (IllegalArgumentException e) {
      throw new ClientException(
          endpoint.url() + " does not say its address at /api/v1/network: is it a gateway?", e);
    }
  }

  /** GET, and the answer as JSON; a status of 400 or more is a {@link ClientException}. */
  public JsonNode get(String path) {
    return call("GET", path, null).orElseThrow();
  }

  /** DELETE, and the answer as JSON if there is one. */
  public Optional<JsonNode> delete(String path) {
    return call("DELETE", path, null);
  }

  /** POST of JSON, and the answer as JSON. */
  public JsonNode post(String path, JsonNode body) {
    return call("POST", path, body).orElseThrow();
  }

  private Optional<JsonNode> call(String method, String path, @Nullable JsonNode body) {
    HttpRequest request =
        request(path)
            // Opening a session waits for a committee and a block.
            .timeout(method.equals("POST") ? ANSWER_TIMEOUT : CALL_TIMEOUT)
            .method(
                method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()))
            .build();
    Reply reply = exchange(request);
    if (reply.status() >= 400) {
      throw failure(reply.status(), reply.body());
    }
    try {
      return reply.body().isEmpty() ? Optional.empty() : Optional.of(JSON.readTree(reply.body()));
    } catch (IOException e) {
      throw new ClientException("the answer of " + request.uri() + " is no JSON: " + e, e);
    }
  }

  private record Reply(int status, String body) {}

  private Reply exchange(HttpRequest request) {
    HttpResponse<InputStream> response = send(request);
    try (InputStream in = response.body()) {
      return new Reply(
          response.statusCode(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new ClientException("the answer of " + request.uri() + " broke off: " + e, e);
    }
  }

  /** The receipt of a task as the gateway serves it: its signature covers these very bytes. */
  public Optional<String> receipt(String taskId) {
    return text("/api/v1/tasks/" + taskId + "/receipt");
  }

  /** The chunks of a task that ended; empty when the gateway does not have them any more. */
  public Optional<List<GeneratedChunk>> chunks(String taskId) {
    return text("/api/v1/tasks/" + taskId + "/stream")
        .map(text -> TaskStream.read(text.lines().iterator()));
  }

  private Optional<String> text(String path) {
    Reply reply = exchange(request(path).timeout(CALL_TIMEOUT).GET().build());
    if (reply.status() == 404) {
      return Optional.empty();
    }
    if (reply.status() >= 400) {
      throw failure(reply.status(), reply.body());
    }
    return Optional.of(reply.body());
  }

  /**
   * Asks, and hands each piece of the answer on as it comes.
   *
   * @throws ClientException when the answer ends in anything but {@code [DONE]}
   */
  public Answer chat(String model, List<Message> messages, Consumer<String> onText) {
    ObjectNode body = JSON.createObjectNode().put("model", model).put("stream", true);
    body.putObject("stream_options").put("include_usage", true);
    var list = body.putArray("messages");
    messages.forEach(m -> list.addObject().put("role", m.role()).put("content", m.content()));
    // With a seed of its own, the client knows all that was asked, and can check the receipt's
    // spec.
    body.put("temperature", 0).put("seed", ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
    HttpRequest request =
        request("/v1/chat/completions")
            .timeout(ANSWER_TIMEOUT)
            .header("Accept", "text/event-stream")
            .POST(BodyPublishers.ofString(body.toString()))
            .build();
    HttpResponse<InputStream> response = send(request);
    try (InputStream in = response.body()) {
      if (response.statusCode() >= 400) {
        throw failure(response.statusCode(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
      return read(body, response, in, onText);
    } catch (IOException e) {
      throw new ClientException("the answer broke off: " + e.getMessage(), e);
    }
  }

  private static Answer read(
      ObjectNode body, HttpResponse<InputStream> response, InputStream in, Consumer<String> onText)
      throws IOException {
    var text = new StringBuilder();
    String finishReason = "";
    int promptTokens = 0;
    int completionTokens = 0;
    boolean done = false;
    var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null && !done; line = lines.readLine()) {
      if (!line.startsWith("data:")) {
        continue;
      }
      String data = line.substring(5).strip();
      if (data.equals("[DONE]")) {
        done = true;
        continue;
      }
      JsonNode event = JSON.readTree(data);
      if (event.has("error")) {
        throw new ClientException(
            "the gateway ended the answer: " + event.path("error").path("message").asText());
      }
      JsonNode choice = event.path("choices").path(0);
      String piece = choice.path("delta").path("content").asText("");
      if (!piece.isEmpty()) {
        text.append(piece);
        onText.accept(piece);
      }
      if (choice.hasNonNull("finish_reason")) {
        finishReason = choice.path("finish_reason").asText();
      }
      if (event.hasNonNull("usage")) {
        promptTokens = event.path("usage").path("prompt_tokens").asInt();
        completionTokens = event.path("usage").path("completion_tokens").asInt();
      }
    }
    if (!done) {
      throw new ClientException("the answer broke off before [DONE]: ask again");
    }
    return new Answer(
        body,
        text.toString(),
        finishReason,
        response.headers().firstValue("Myelin-Task").orElse(""),
        response.headers().firstValue("Myelin-Receipt").orElse(""),
        promptTokens,
        completionTokens);
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(endpoint.at(path)).header("Content-Type", "application/json");
    if (!endpoint.apiKey().isEmpty()) {
      builder.header("Authorization", "Bearer " + endpoint.apiKey());
    }
    return builder;
  }

  private HttpResponse<InputStream> send(HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofInputStream());
    } catch (ConnectException e) {
      throw new ClientException(
          "nothing answers at "
              + endpoint.url()
              + ": start a gateway (./myelin devnet) or give --gateway",
          e);
    } catch (IOException e) {
      throw new ClientException("no answer from " + request.uri() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClientException("interrupted");
    }
  }

  private static ClientException failure(int status, String body) {
    String message;
    String code;
    try {
      JsonNode error = JSON.readTree(body).path("error");
      message = error.path("message").asText("");
      code = error.path("code").asText("");
    } catch (IOException e) {
      message = "";
      code = "";
    }
    return new ClientException(
        "the gateway answered " + status + (message.isEmpty() ? "" : ": " + message),
        new RefusedException(status, code));
  }

  @Override
  public void close() {
    http.close();
  }
}
