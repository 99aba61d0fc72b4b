package io.myelin.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.gateway.session.FixedSessions;
import io.myelin.gateway.task.Script;
import io.myelin.v1.FinishReason;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a stream does while it waits, when its client goes, and when its reader is slow. */
@Timeout(30)
class StreamLifeTest {
  private static final String ASK =
      "{\"model\":\"scripted-model\",\"stream\":true,"
          + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

  private final CompletableFuture<Void> gate = new CompletableFuture<>();
  private final CountDownLatch submitted = new CountDownLatch(1);
  private final OpenAiTestServer server =
      new OpenAiTestServer(
          (submission, number) -> {
            submitted.countDown();
            return new Script.Builder()
                .await(gate)
                .say("Hi")
                .complete(FinishReason.FINISH_REASON_STOP);
          });

  @AfterEach
  void close() {
    server.close();
  }

  /** A connection whose reading a test has in its own hands. */
  private Socket open(String body) throws Exception {
    URI uri = URI.create(server.url());
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri.getPort());
    socket.setSoTimeout(20_000);
    OutputStream out = socket.getOutputStream();
    out.write(
        ("POST /v1/chat/completions HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer "
                + FixedSessions.KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body)
            .getBytes(StandardCharsets.US_ASCII));
    out.flush();
    return socket;
  }

  /** Timers begin on the server's own threads a moment after the submission. */
  private void advanceOnceTimersWait(long millis) {
    while (server.timers().waiting() == 0) {
      Thread.onSpinWait();
    }
    server.timers().advance(millis);
  }

  @Test
  void aCommentComesWhileThereIsNothingToSayAndOnlyThen() throws Exception {
    try (Socket socket = open(ASK)) {
      assertThat(submitted.await(10, TimeUnit.SECONDS)).isTrue();
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      advanceOnceTimersWait(5_000);
      assertThat(lines.readLine()).isEqualTo("HTTP/1.1 200 OK");
      String line = lines.readLine();
      while (!line.startsWith(":")) {
        line = lines.readLine();
      }
      assertThat(line).isEqualTo(": waiting");
      gate.complete(null);
      StringBuilder rest = new StringBuilder();
      while (!line.equals("data: [DONE]")) {
        line = lines.readLine();
        rest.append(line).append('\n');
      }
      assertThat(rest).doesNotContain(": waiting").contains("\"content\":\"Hi\"");
    }
  }

  @Test
  void aClientThatGoesBeforeTheFirstByteLeavesItsTask() throws Exception {
    try (Socket socket = open(ASK)) {
      assertThat(submitted.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(socket.isConnected()).isTrue();
    }
    server.tasks().left(onlyTask()).get(10, TimeUnit.SECONDS);
  }

  @Test
  void aClientThatWaitsForAWholeAnswerAndGoesLeavesItsTask() throws Exception {
    try (Socket socket = open(ASK.replace("true", "false"))) {
      assertThat(submitted.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(socket.isConnected()).isTrue();
    }
    server.tasks().left(onlyTask()).get(10, TimeUnit.SECONDS);
  }

  private String onlyTask() {
    while (server.tasks().taskIds(submission -> true).isEmpty()) {
      Thread.onSpinWait();
    }
    return server.tasks().taskIds(submission -> true).getFirst();
  }

  @Test
  void aReaderThatStopsStopsItsProducerAndNobodyElse() throws Exception {
    int chunks = 20_000;
    String text = "x".repeat(1_000);
    server
        .tasks()
        .author(
            (submission, number) -> {
              Script.Builder script = new Script.Builder();
              int count = number == 0 ? chunks : 3;
              for (int i = 0; i < count; i++) {
                script.say(text);
              }
              submitted.countDown();
              return script.complete(FinishReason.FINISH_REASON_LENGTH);
            });
    try (Socket slow = open(ASK)) {
      InputStream in = slow.getInputStream();
      assertThat(in.read()).isEqualTo('H');
      // The first answer is read no further, yet a second one goes through at once.
      try (Http http = new Http(server.url(), HttpClient.Version.HTTP_1_1)) {
        HttpResponse<String> quick = http.post("/v1/chat/completions", ASK);
        assertThat(quick.body()).endsWith("data: [DONE]\n\n");
      }
      long said = settled(onlyTask());
      assertThat(said).isPositive().isLessThan(chunks);
      // What it may be ahead: the window and what the sockets' buffers hold.
      byte[] buffer = new byte[1 << 16];
      long read = 1;
      while (read < 3L * chunks * text.length() / 4) {
        int n = in.read(buffer);
        assertThat(n).isPositive();
        read += n;
      }
      assertThat(server.tasks().said(onlyTask())).isGreaterThan(said);
    }
    server.tasks().left(onlyTask()).get(10, TimeUnit.SECONDS);
  }

  /** Chunks said once that no longer changes: the producer stands still. */
  private long settled(String taskId) {
    long last = -1;
    long since = System.nanoTime();
    while (System.nanoTime() - since < TimeUnit.MILLISECONDS.toNanos(300)) {
      long now = server.tasks().said(taskId);
      if (now != last) {
        last = now;
        since = System.nanoTime();
      }
      Thread.onSpinWait();
    }
    return last;
  }

  @Test
  void aFailureAfterAHeadWasSentIsAnErrorEventAndNeverDone() throws Exception {
    server
        .tasks()
        .author(
            (submission, number) ->
                new Script.Builder().say("One").fail("no_node_left", "Every node is gone.", false));
    try (Http http = new Http(server.url(), HttpClient.Version.HTTP_1_1)) {
      HttpResponse<String> response = http.post("/v1/chat/completions", ASK);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body())
          .endsWith(
              "event: error\ndata: {\"error\":{\"message\":\"Every node is gone.\",\"type\":"
                  + "\"server_error\",\"param\":null,\"code\":\"no_node_left\"}}\n\n")
          .doesNotContain("[DONE]");
    }
  }

  @Test
  void aFailureOfOneOfSeveralChoicesEndsAllAndLeavesTheOthers() throws Exception {
    server
        .tasks()
        .author(
            (submission, number) ->
                number == 1
                    ? new Script.Builder().fail("no_node_left", "Every node is gone.", false)
                    : new Script.Builder().await(gate).complete(FinishReason.FINISH_REASON_STOP));
    try (Http http = new Http(server.url(), HttpClient.Version.HTTP_1_1)) {
      HttpResponse<String> response =
          http.post("/v1/chat/completions", ASK.replace("\"stream\"", "\"n\":3,\"stream\""));
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.headers().firstValue("retry-after")).isPresent();
      assertThat(Http.error(response).get("code").textValue()).isEqualTo("no_node_left");
    }
    for (String id : server.tasks().taskIds(submission -> true)) {
      server.tasks().left(id).get(10, TimeUnit.SECONDS);
    }
  }
}
