package io.myelin.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.gateway.ws.WsSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class WebSocketIT {
  private static final WsSettings SETTINGS = new WsSettings(64 * 1024, 4, 8, 3, 300, 60_000);

  @SuppressWarnings("NullAway.Init")
  private static TestingGateway gateway;

  @BeforeAll
  static void start() throws IOException {
    gateway = new TestingGateway(TestingGateway.CONFIG, SETTINGS, TestingGateway.defaultSessions());
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void shouldRunManyTasksOnOneConnection() throws Exception {
    Client client = Client.withKey(TestingGateway.KEY);
    assertThat(client.next("welcome").get("session").asText()).isEqualTo(TestingGateway.SESSION);
    for (int tokens : List.of(5, 50, 7)) {
      client.send(submit(tokens, false));
    }
    Map<String, Integer> tokens = new HashMap<>();
    Map<String, String> references = new HashMap<>();
    int done = 0;
    while (done < 3) {
      JsonNode frame = client.next();
      String task = frame.path("task").asText();
      switch (frame.get("type").asText()) {
        case "accepted" -> references.put(task, frame.get("reference").asText());
        case "tokens" -> {
          assertThat(frame.get("seq").asInt()).isEqualTo(tokens.merge(task, 1, Integer::sum) - 1);
          assertThat(frame.get("text").asText()).isEqualTo("t" + frame.get("seq") + " ");
        }
        case "done" -> {
          done++;
          assertThat(references.get(task)).isEqualTo("r" + tokens.get(task));
          assertThat(frame.get("receiptDigest").asText()).hasSize(64);
        }
        case "started" -> assertThat(references).containsKey(task);
        default -> throw new AssertionError(frame);
      }
    }
    assertThat(tokens.values()).containsExactlyInAnyOrder(5, 50, 7);
    client.close();
  }

  @Test
  void shouldTakeTheKeyInTheFirstFrameAndRefuseAWrongOne() throws Exception {
    Client right = Client.connect(null);
    right.send("{\"type\":\"hello\",\"apiKey\":\"" + TestingGateway.KEY + "\"}");
    assertThat(right.next("welcome").get("maxOutstanding").asInt()).isEqualTo(4);
    right.close();

    Client wrong = Client.connect(null);
    wrong.send("{\"type\":\"hello\",\"apiKey\":\"nobody's\"}");
    assertThat(wrong.closed()).isEqualTo(4401);

    Client hasty = Client.connect(null);
    hasty.send(submit(1, false));
    assertThat(hasty.closed()).isEqualTo(4401);

    CompletionException refused =
        assertThrows(CompletionException.class, () -> Client.connect("nobody's"));
    assertThat(refused.getCause())
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            e -> assertThat(e.getResponse().statusCode()).isEqualTo(401));
  }

  @Test
  void shouldSayThatAPlainGetIsNoHandshake() throws Exception {
    HttpResponse<String> answer = gateway.send(gateway.request("/api/v1/ws"));
    assertThat(answer.statusCode()).isEqualTo(426);
    assertThat(answer.body()).contains("upgrade_required").contains("WebSocket");
  }

  @Test
  void shouldCloseWhenNobodySaysHello() throws Exception {
    assertThat(Client.connect(null).closed()).isEqualTo(4408);
  }

  @Test
  void shouldAnswerABadFrameWithAnErrorAndGoOn() throws Exception {
    Client client = Client.withKey(TestingGateway.KEY);
    client.next("welcome");
    client.send("{\"type\":\"dance\"}");
    JsonNode error = client.next("error").get("error");
    assertThat(error.get("param").asText()).isEqualTo("type");
    assertThat(error.get("code").asText()).isEqualTo("unknown_type");
    client.send("{\"type\":\"submit\",\"reference\":\"mine\"}");
    JsonNode second = client.next("error");
    assertThat(second.get("reference").asText()).isEqualTo("mine");
    client.send(submit(2, false));
    client.next("accepted");
    client.send("not json");
    assertThat(client.closed()).isEqualTo(4400);
  }

  @Test
  void shouldCloseOnABinaryFrameAndOnAMessageThatIsTooBig() throws Exception {
    Client binary = Client.withKey(TestingGateway.KEY);
    binary.next("welcome");
    binary.socket.sendBinary(ByteBuffer.wrap(new byte[] {1, 2}), true).get(5, TimeUnit.SECONDS);
    assertThat(binary.closed()).isEqualTo(1003);

    Client whole = Client.withKey(TestingGateway.KEY);
    whole.next("welcome");
    whole.send("\"" + "a".repeat(80 * 1024) + "\"");
    assertThat(whole.closed()).isEqualTo(1009);

    Client pieces = Client.withKey(TestingGateway.KEY);
    pieces.next("welcome");
    for (int i = 0; i < 3; i++) {
      pieces.socket.sendText("a".repeat(30 * 1024), false).get(10, TimeUnit.SECONDS);
    }
    assertThat(pieces.closed()).isEqualTo(1009);
  }

  @Test
  void shouldPauseAndNeverLoseWhatASlowReaderDoesNotTake() throws Exception {
    Client slow = Client.withKey(TestingGateway.KEY);
    slow.next("welcome");
    // Enough for every buffer between here and there; the task itself never ends.
    slow.pause();
    slow.send(submit(Integer.MAX_VALUE, false));
    Client quick = Client.withKey(TestingGateway.KEY);
    quick.next("welcome");
    quick.send(submit(2_000, false));
    quick.skipTo("done");
    quick.close();
    slow.resume();
    String task = slow.next("accepted").get("task").asText();
    slow.next("started");
    for (int seq = 0; seq < 5_000; seq++) {
      assertThat(slow.next("tokens").get("seq").asInt()).isEqualTo(seq);
    }
    slow.send("{\"type\":\"cancel\",\"task\":\"" + task + "\"}");
    JsonNode end = slow.skipTo("error");
    assertThat(end.at("/error/code").asText()).isEqualTo("cancelled");
    slow.close();
  }

  @Test
  void shouldCancelLiveTasksWhenTheConnectionEndsAndKeepDurableOnes() throws Exception {
    Client client = Client.withKey(TestingGateway.KEY);
    client.next("welcome");
    client.send(submit(Integer.MAX_VALUE, false));
    String live = client.skipTo("accepted").get("task").asText();
    client.send(submit(Integer.MAX_VALUE, true));
    String durable = client.skipTo("accepted").get("task").asText();
    client.socket.abort();
    assertThat(gateway.tasks.cancelled(live).get(10, TimeUnit.SECONDS)).contains("left");
    assertThat(gateway.tasks.cancelled(durable)).isNotDone();

    Client again = Client.withKey(TestingGateway.KEY);
    again.next("welcome");
    again.send("{\"type\":\"resume\",\"task\":\"" + durable + "\",\"afterSeq\":41}");
    assertThat(again.next("accepted").get("task").asText()).isEqualTo(durable);
    assertThat(again.skipTo("tokens").get("seq").asInt()).isEqualTo(42);
    again.send("{\"type\":\"cancel\",\"task\":\"" + durable + "\"}");
    again.skipTo("error");
    again.close();
  }

  @Test
  void shouldKeepTasksOfOtherSessionsApart() throws Exception {
    String id = gateway.submit(3);
    Client other = Client.withKey(TestingGateway.OTHER_KEY);
    other.next("welcome");
    other.send("{\"type\":\"resume\",\"task\":\"" + id + "\"}");
    assertThat(other.next("error").at("/error/code").asText()).isEqualTo("task_not_found");
    other.send("{\"type\":\"cancel\",\"task\":\"" + id + "\"}");
    assertThat(other.next("error").at("/error/code").asText()).isEqualTo("task_not_found");
    other.close();
  }

  @Test
  void shouldBoundTasksPerConnection() throws Exception {
    Client client = Client.withKey(TestingGateway.KEY);
    client.next("welcome");
    for (int i = 0; i < 4; i++) {
      client.send(submit(Integer.MAX_VALUE, false));
      client.skipTo("accepted");
    }
    client.send(submit(1, false));
    JsonNode error = client.skipTo("error");
    assertThat(error.at("/error/code").asText()).isEqualTo("too_many_tasks");
    assertThat(error.at("/error/retryAfterSeconds").asInt()).isEqualTo(1);
    client.close();
  }

  @Test
  void shouldAnswerPings() throws Exception {
    Client client = Client.withKey(TestingGateway.KEY);
    client.next("welcome");
    client
        .socket
        .sendPing(ByteBuffer.wrap("are you there".getBytes(StandardCharsets.UTF_8)))
        .get(5, TimeUnit.SECONDS);
    assertThat(client.pong.get(10, TimeUnit.SECONDS)).isEqualTo("are you there");
    client.close();
  }

  private static String submit(int tokens, boolean durable) {
    return "{\"type\":\"submit\",\"durable\":"
        + durable
        + ",\"reference\":\"r"
        + tokens
        + "\",\"chat\":"
        + TestingGateway.chat(tokens)
        + "}";
  }

  private static final class Client implements WebSocket.Listener {
    private final LinkedBlockingQueue<JsonNode> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> close = new CompletableFuture<>();
    private final CompletableFuture<String> pong = new CompletableFuture<>();
    private final StringBuilder text = new StringBuilder();
    private final List<Runnable> paused = new ArrayList<>();
    private boolean pausing;

    @SuppressWarnings("NullAway.Init")
    private WebSocket socket;

    static Client withKey(String key) {
      return connect(key);
    }

    static Client connect(@Nullable String key) {
      Client client = new Client();
      WebSocket.Builder builder = gateway.http.newWebSocketBuilder();
      if (key != null) {
        builder.header("authorization", "Bearer " + key);
      }
      client.socket =
          builder
              .buildAsync(
                  URI.create(gateway.server.url().replace("http:", "ws:") + "/api/v1/ws"), client)
              .orTimeout(20, TimeUnit.SECONDS)
              .join();
      return client;
    }

    void send(String frame) throws Exception {
      socket.sendText(frame, true).get(10, TimeUnit.SECONDS);
    }

    synchronized void pause() {
      pausing = true;
    }

    synchronized void resume() {
      pausing = false;
      paused.forEach(Runnable::run);
      paused.clear();
    }

    JsonNode next() throws InterruptedException {
      JsonNode frame = frames.poll(20, TimeUnit.SECONDS);
      if (frame == null) {
        throw new AssertionError("no frame within 20 s; closed: " + close);
      }
      return frame;
    }

    JsonNode next(String type) throws InterruptedException {
      JsonNode frame = next();
      assertThat(frame.get("type").asText()).as(frame.toString()).isEqualTo(type);
      return frame;
    }

    JsonNode skipTo(String type) throws InterruptedException {
      JsonNode frame = next();
      while (!frame.get("type").asText().equals(type)) {
        frame = next();
      }
      return frame;
    }

    int closed() throws Exception {
      return close.get(20, TimeUnit.SECONDS);
    }

    void close() throws Exception {
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
      closed();
    }

    @Override
    public @Nullable CompletionStage<?> onText(
        WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        try {
          frames.add(TestingGateway.JSON.readTree(text.toString()));
        } catch (IOException e) {
          throw new AssertionError("not JSON: " + text, e);
        }
        text.setLength(0);
      }
      synchronized (this) {
        if (pausing) {
          paused.add(() -> webSocket.request(1));
          return null;
        }
      }
      webSocket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
      pong.complete(StandardCharsets.UTF_8.decode(message).toString());
      webSocket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(
        WebSocket webSocket, int statusCode, String reason) {
      close.complete(statusCode);
      return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
      close.completeExceptionally(error);
    }
  }
}
