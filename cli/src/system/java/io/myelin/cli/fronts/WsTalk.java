package io.myelin.cli.fronts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.testing.Await;
import io.myelin.client.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A WebSocket client on the JDK's own, one task at a time. */
public final class WsTalk implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
  private final WebSocket socket;

  /** Connects, and takes the welcome. */
  public WsTalk(Endpoint endpoint) throws Exception {
    URI url = endpoint.at("/api/v1/ws");
    socket =
        http.newWebSocketBuilder()
            .header("Authorization", "Bearer " + endpoint.apiKey())
            .buildAsync(URI.create("ws" + url.toString().substring(4)), new Frames())
            .get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (!next().path("type").asText().equals("welcome")) {
      throw new AssertionError("the first frame is no welcome");
    }
  }

  private final class Frames implements WebSocket.Listener {
    private final StringBuilder part = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        frames.add(part.toString());
        part.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  /** Sends a frame. */
  public void send(ObjectNode frame) throws Exception {
    socket.sendText(frame.toString(), true).get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** A frame of a type, to be filled. */
  public ObjectNode frame(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  /** The next frame that comes. */
  public JsonNode next() throws IOException, InterruptedException {
    String frame = frames.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (frame == null) {
      throw new AssertionError("no frame in time");
    }
    return JSON.readTree(frame);
  }

  /** Until the task's last frame. */
  Ending end() throws IOException, InterruptedException {
    StringBuilder text = new StringBuilder();
    String task = "";
    for (JsonNode frame = next(); ; frame = next()) {
      task = frame.path("task").asText(task);
      switch (frame.path("type").asText()) {
        case "tokens" -> text.append(frame.path("text").asText());
        case "done" -> {
          return new Ending(
              task,
              text.toString(),
              frame.path("finishReason").asText(),
              frame.path("usage").path("promptTokens").asInt(),
              frame.path("usage").path("outputTokens").asInt(),
              "");
        }
        case "error" -> {
          return Ending.failed(task, text.toString(), frame.path("error").path("code").asText());
        }
        default -> {}
      }
    }
  }

  @Override
  public void close() {
    socket.abort();
    http.close();
  }
}
