package io.myelin.engine.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.myelin.engine.EngineException;
import io.myelin.engine.Generation;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.worker.RecordingListener;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.OutputConstraint;
import io.myelin.v1.SamplingParams;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Against a real HTTP server that misbehaves in every way servers do. */
@Timeout(180)
class OpenAiUpstreamEngineIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String OPENING =
      "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n";
  private static final String PARIS =
      OPENING
          + ": ping\n\n"
          + delta("Par")
          + delta("is 🗼")
          + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
          + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":3}}\n\n"
          + "data: [DONE]\n\n";

  private interface Behaviour {
    void answer(HttpExchange exchange, int attempt) throws Exception;
  }

  private final ConcurrentLinkedQueue<JsonNode> requests = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> paths = new ConcurrentLinkedQueue<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<AutoCloseable> open = new ArrayList<>();
  private volatile Behaviour behaviour = (exchange, attempt) -> send(exchange, PARIS);
  private String base = "";

  /** For the first byte, and between any two. */
  private Duration patience = Duration.ofSeconds(20);

  @BeforeEach
  void start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.createContext(
        "/v1/",
        exchange -> {
          try (exchange) {
            requests.add(JSON.readTree(exchange.getRequestBody().readAllBytes()));
            paths.add(exchange.getRequestURI().getPath());
            behaviour.answer(exchange, requests.size());
          } catch (IOException e) {
            throw e;
          } catch (Exception e) {
            throw new IOException(e);
          }
        });
    server.start();
    base = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    open.add(
        () -> {
          over.countDown();
          server.stop(0);
          threads.shutdownNow();
        });
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  private static String delta(String text) {
    return "data: {\"choices\":[{\"delta\":{\"content\":\"" + text + "\"}}]}\n\n";
  }

  private static void send(HttpExchange exchange, String stream) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    OutputStream out = exchange.getResponseBody();
    // In small pieces, so that events and characters are cut.
    byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < bytes.length; at += 7) {
      out.write(bytes, at, Math.min(7, bytes.length - at));
      out.flush();
    }
  }

  private static void refuse(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  // More was promised than is sent: the client sees the connection break.
  private static void sendAndDrop(HttpExchange exchange, String stream) throws IOException {
    byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length + 1000);
    exchange.getResponseBody().write(bytes);
    exchange.getResponseBody().flush();
  }

  private UpstreamConfig config() {
    return new UpstreamConfig(
        "big",
        URI.create(base),
        "secret",
        "big-70b",
        4096,
        4,
        UpstreamConfig.Continuation.LAST_MESSAGE,
        3,
        Duration.ofMillis(1),
        Duration.ofSeconds(5),
        patience,
        patience);
  }

  private OpenAiUpstreamEngine engine() {
    OpenAiUpstreamEngine engine = new OpenAiUpstreamEngine(config());
    open.add(engine);
    return engine;
  }

  private static GenerationSpec.Builder chat() {
    return GenerationSpec.newBuilder()
        .setModel("big")
        .setChat(
            ChatPrompt.newBuilder()
                .addMessages(
                    ChatMessage.newBuilder().setRole("user").setContent("Capital of France?")))
        .setSampling(SamplingParams.newBuilder().setTopP(1).setRepeatPenalty(1).setSeed(-1L))
        .setMaxTokens(20);
  }

  private RecordingListener generate(GenerationSpec spec, OutputPrefix prefix) {
    RecordingListener listener = new RecordingListener();
    engine().generate(spec, prefix, listener).request(Long.MAX_VALUE);
    return listener;
  }

  private static EngineException failureOf(CompletableFuture<?> future) throws Exception {
    try {
      Object result = future.get(20, TimeUnit.SECONDS);
      throw new AssertionError("ended well: " + result);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException failure) {
        return failure;
      }
      throw e;
    }
  }

  private EngineException failure(Behaviour how) throws Exception {
    behaviour = how;
    return failureOf(generate(chat().build(), OutputPrefix.NONE).ended());
  }

  @Test
  void streamsTextCountsTokensAndSaysWhatItWasAsked() throws Exception {
    RecordingListener listener =
        generate(
            chat().addStop("###").setLogprobs(true).setTopLogprobs(2).build(), OutputPrefix.NONE);
    GenerationResult result = listener.ended().get(20, TimeUnit.SECONDS);
    assertThat(listener.text()).isEqualTo("Paris 🗼");
    assertThat(result.getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(result.getPromptTokens()).isEqualTo(11);
    assertThat(result.getOutputTokens()).isEqualTo(3);
    assertThat(listener.chunks().stream().mapToInt(chunk -> chunk.getTokensCount()).sum())
        .isEqualTo(3);
    assertThat(listener.violations()).isEmpty();
    JsonNode asked = requests.element();
    assertThat(paths).containsExactly("/v1/chat/completions");
    assertThat(asked.path("model").asText()).isEqualTo("big-70b");
    assertThat(asked.path("seed").asLong()).isEqualTo(Integer.MAX_VALUE);
    assertThat(asked.path("max_tokens").asInt()).isEqualTo(20);
    assertThat(asked.path("stop").path(0).asText()).isEqualTo("###");
    assertThat(asked.path("top_logprobs").asInt()).isEqualTo(2);
    assertThat(asked.path("stream_options").path("include_usage").asBoolean()).isTrue();
  }

  @Test
  void logprobsComeThrough() throws Exception {
    behaviour =
        (exchange, attempt) ->
            send(
                exchange,
                "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"},\"logprobs\":{\"content\":[{\"token\":\"hi\","
                    + "\"logprob\":-0.5,\"bytes\":[104,105],\"top_logprobs\":[{\"token\":\"ho\",\"logprob\":-9999}]}]},"
                    + "\"finish_reason\":\"length\"}]}\n\ndata: [DONE]\n\n");
    RecordingListener listener =
        generate(chat().setLogprobs(true).setTopLogprobs(1).build(), OutputPrefix.NONE);
    assertThat(listener.ended().get(20, TimeUnit.SECONDS).getReason())
        .isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    assertThat(listener.chunks().getFirst().getLogprobs(0).getLogprobQ10()).isEqualTo(-512);
    assertThat(listener.chunks().getFirst().getLogprobs(0).getText().toStringUtf8())
        .isEqualTo("hi");
    assertThat(listener.evidence().getFirst().getTop(0).getLogprobQ10()).isEqualTo(-64 * 1024);
  }

  @Test
  void continuesFromTheTextOfAPrefix() throws Exception {
    OutputPrefix prefix = new OutputPrefix(List.of(0, 0), "It is ", 2);
    RecordingListener listener = generate(chat().build(), prefix);
    assertThat(listener.ended().get(20, TimeUnit.SECONDS).getOutputTokens()).isEqualTo(5);
    assertThat(listener.chunks().getFirst().getSeq()).isEqualTo(2);
    JsonNode last = requests.element().path("messages").path(1);
    assertThat(last.path("role").asText()).isEqualTo("assistant");
    assertThat(last.path("content").asText()).isEqualTo("It is ");
    assertThat(requests.element().path("max_tokens").asInt()).isEqualTo(18);
  }

  @Test
  void completionsGoToTheirOwnPathWithTheConstraint() throws Exception {
    behaviour =
        (exchange, attempt) ->
            send(
                exchange, "data: {\"choices\":[{\"text\":\"{}\",\"finish_reason\":\"stop\"}]}\n\n");
    RecordingListener listener =
        generate(
            GenerationSpec.newBuilder()
                .setModel("big")
                .setText("once")
                .setConstraint(
                    OutputConstraint.newBuilder()
                        .setKind(OutputConstraint.Kind.KIND_JSON_SCHEMA)
                        .setSchemaJson("{\"type\":\"object\"}"))
                .build(),
            new OutputPrefix(List.of(0), " upon", 1));
    // Some servers leave [DONE] out: a finish_reason is an end as well.
    listener.ended().get(20, TimeUnit.SECONDS);
    assertThat(listener.text()).isEqualTo("{}");
    assertThat(paths).containsExactly("/v1/completions");
    assertThat(requests.element().path("prompt").asText()).isEqualTo("once upon");
    assertThat(
            requests
                .element()
                .path("response_format")
                .path("json_schema")
                .path("schema")
                .path("type")
                .asText())
        .isEqualTo("object");
  }

  @Test
  void beforeTheFirstByteItTriesAgain() throws Exception {
    behaviour =
        (exchange, attempt) -> {
          switch (attempt) {
            case 1 -> exchange.close();
            case 2 -> refuse(exchange, 503, "{\"error\":{\"message\":\"loading model\"}}");
            default -> send(exchange, PARIS);
          }
        };
    RecordingListener listener = generate(chat().build(), OutputPrefix.NONE);
    listener.ended().get(20, TimeUnit.SECONDS);
    assertThat(listener.text()).isEqualTo("Paris 🗼");
    assertThat(requests).hasSize(3);
  }

  @Test
  void afterAFewTriesItGivesUp() throws Exception {
    EngineException busy =
        failure(
            (exchange, attempt) ->
                refuse(exchange, 429, "{\"error\":{\"message\":\"slow down\"}}"));
    assertThat(busy.kind()).isEqualTo(EngineException.Kind.BUSY);
    assertThat(busy).hasMessageContaining("slow down").hasMessageNotContaining("secret");
    assertThat(requests).hasSize(3);
  }

  @Test
  void aHungServerIsLeftBeforeAndInTheStream() throws Exception {
    patience = Duration.ofMillis(700);
    EngineException silent = failure((exchange, attempt) -> over.await(60, TimeUnit.SECONDS));
    assertThat(silent.kind()).isEqualTo(EngineException.Kind.CRASHED);
    assertThat(requests).hasSize(3);
    requests.clear();
    EngineException headersOnly =
        failure(
            (exchange, attempt) -> {
              send(exchange, "");
              exchange.getResponseBody().flush();
              over.await(60, TimeUnit.SECONDS);
            });
    assertThat(headersOnly).hasMessageContaining("nothing came for 700 ms");
    assertThat(requests).hasSize(3);
    requests.clear();
    EngineException stalled =
        failure(
            (exchange, attempt) -> {
              send(exchange, OPENING + delta("Par"));
              over.await(60, TimeUnit.SECONDS);
            });
    assertThat(stalled).hasMessageContaining("nothing came for 700 ms");
    assertThat(requests).hasSize(1);
  }

  @Test
  void inTheStreamItNeverTriesAgain() throws Exception {
    EngineException dropped =
        failure((exchange, attempt) -> sendAndDrop(exchange, OPENING + delta("Par")));
    assertThat(dropped.kind()).isEqualTo(EngineException.Kind.CRASHED);
    assertThat(dropped).hasMessageContaining("after 1 tokens");
    assertThat(requests).hasSize(1);
    EngineException truncated =
        failure((exchange, attempt) -> send(exchange, OPENING + delta("Par")));
    assertThat(truncated).hasMessageContaining("without a finish_reason");
    EngineException early =
        failure((exchange, attempt) -> send(exchange, OPENING + delta("Par") + "data: [DONE]\n\n"));
    assertThat(early).hasMessageContaining("without a finish_reason");
    EngineException said =
        failure(
            (exchange, attempt) ->
                send(
                    exchange,
                    OPENING + "data: {\"error\":{\"message\":\"CUDA out of memory\"}}\n\n"));
    assertThat(said).hasMessageContaining("CUDA out of memory");
    EngineException nonsense =
        failure((exchange, attempt) -> send(exchange, OPENING + "data: {\"choices\":[{\n\n"));
    assertThat(nonsense).hasMessageContaining("sent no JSON");
    EngineException wrongType =
        failure(
            (exchange, attempt) ->
                send(exchange, "data: {\"choices\":[{\"delta\":{\"content\":7}}]}\n\n"));
    assertThat(wrongType).hasMessageContaining("content: NUMBER");
  }

  @Test
  void whatTheServerRefusesIsNotTriedAgain() throws Exception {
    EngineException context =
        failure(
            (exchange, attempt) ->
                refuse(
                    exchange,
                    400,
                    "{\"error\":{\"message\":\"maximum context length is 4096\",\"code\":\"context_length_exceeded\"}}"));
    assertThat(context.kind()).isEqualTo(EngineException.Kind.CONTEXT_LENGTH_EXCEEDED);
    assertThat(failure((exchange, attempt) -> refuse(exchange, 401, "<html>no</html>")))
        .hasMessageContaining("check the upstream's key");
    assertThat(failure((exchange, attempt) -> refuse(exchange, 404, "")).kind())
        .isEqualTo(EngineException.Kind.UNKNOWN_MODEL);
    assertThat(requests).hasSize(3);
  }

  @Test
  void whatItCannotDoIsRefusedBeforeAnythingIsSent() throws Exception {
    GenerationSpec.Builder topK = chat();
    topK.getSamplingBuilder().setTopK(40);
    EngineException refused = failureOf(generate(topK.build(), OutputPrefix.NONE).ended());
    assertThat(refused.kind()).isEqualTo(EngineException.Kind.BAD_REQUEST);
    assertThat(refused).hasMessageContaining("top_k");
    assertThat(failureOf(engine().score(chat().build(), List.of(1), 0)))
        .hasMessageContaining("score: not possible");
    assertThatThrownBy(
            () ->
                UpstreamRequests.generation(
                    UpstreamConfig.of("big", URI.create(base), "", "b", 10, 1),
                    chat().build(),
                    new OutputPrefix(List.of(0), "x", 1)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("cannot continue a chat");
    assertThat(requests).isEmpty();
  }

  @Test
  void aCancelClosesTheConnectionAndFreesTheSlot() throws Exception {
    CountDownLatch broken = new CountDownLatch(1);
    behaviour =
        (exchange, attempt) -> {
          exchange.sendResponseHeaders(200, 0);
          OutputStream out = exchange.getResponseBody();
          try {
            while (over.getCount() > 0) {
              out.write(delta("again ").getBytes(StandardCharsets.UTF_8));
              out.flush();
            }
          } catch (IOException e) {
            broken.countDown();
          }
        };
    OpenAiUpstreamEngine engine = engine();
    for (int i = 0; i < 2 * config().slots(); i++) {
      RecordingListener listener = new RecordingListener();
      Generation generation = engine.generate(chat().build(), OutputPrefix.NONE, listener);
      generation.request(5);
      listener.awaitChunks(5, 20_000);
      generation.cancel();
      GenerationResult result = listener.ended().get(20, TimeUnit.SECONDS);
      assertThat(result.getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
      assertThat(result.getOutputTokens()).isEqualTo(5);
      assertThat(listener.chunks()).hasSize(5);
    }
    assertThat(broken.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aCancelBeforeTheAnswerAndTheEngineEndBothStopIt() throws Exception {
    behaviour = (exchange, attempt) -> over.await(60, TimeUnit.SECONDS);
    OpenAiUpstreamEngine engine = engine();
    RecordingListener cancelled = new RecordingListener();
    engine.generate(chat().build(), OutputPrefix.NONE, cancelled).cancel();
    assertThat(cancelled.ended().get(20, TimeUnit.SECONDS).getReason())
        .isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
    RecordingListener closed = new RecordingListener();
    engine.generate(chat().build(), OutputPrefix.NONE, closed);
    engine.close();
    assertThat(failureOf(closed.ended()).kind()).isEqualTo(EngineException.Kind.CLOSED);
  }

  @Test
  void embeddingsComeInTheOrderOfTheirInputs() throws Exception {
    behaviour =
        (exchange, attempt) ->
            refuse(
                exchange,
                200,
                "{\"data\":[{\"index\":1,\"embedding\":[2.5]},{\"index\":0,\"embedding\":[1.5]}],"
                    + "\"usage\":{\"prompt_tokens\":4}}");
    var result =
        engine()
            .embed(EmbeddingSpec.newBuilder().setModel("big").addInputs("a").addInputs("b").build())
            .get(20, TimeUnit.SECONDS);
    assertThat(result.getEmbeddings(0).getValues(0)).isEqualTo(1.5f);
    assertThat(result.getPromptTokens()).isEqualTo(4);
    behaviour = (exchange, attempt) -> refuse(exchange, 200, "{\"data\":[]}");
    assertThat(
            failureOf(
                engine().embed(EmbeddingSpec.newBuilder().setModel("big").addInputs("a").build())))
        .hasMessageContaining("embeddings: 0 (expected: 1)");
  }
}
