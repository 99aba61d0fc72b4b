package io.myelin.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionNamedToolChoice;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionTokenLogprob;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import io.myelin.gateway.session.FixedSessions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The official Java client, unmodified, against the OpenAI front over scripted tasks. */
@Timeout(60)
class JavaClientIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static OpenAiTestServer server;
  private static OpenAIClient client;

  @BeforeAll
  static void start() {
    server = new OpenAiTestServer(new ScriptedModel());
    client = client(FixedSessions.KEY);
  }

  @AfterAll
  static void stop() {
    client.close();
    server.close();
  }

  private static OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(server.url() + "/v1")
        .apiKey(key)
        .maxRetries(0)
        .timeout(Duration.ofSeconds(30))
        .build();
  }

  private static ChatCompletionCreateParams.Builder ask(String text) {
    return ChatCompletionCreateParams.builder()
        .model(OpenAiTestServer.MODEL)
        .temperature(0)
        .addUserMessage(text);
  }

  private static ChatCompletionCreateParams.Builder ask() {
    return ask("What is the capital of France?");
  }

  private static ChatCompletion create(ChatCompletionCreateParams.Builder params) {
    return client.chat().completions().create(params.build());
  }

  private static List<ChatCompletionChunk> stream(ChatCompletionCreateParams.Builder params) {
    try (StreamResponse<ChatCompletionChunk> response =
        client.chat().completions().createStreaming(params.build())) {
      return response.stream().toList();
    }
  }

  private static String text(ChatCompletion completion) {
    return completion.choices().getFirst().message().content().orElseThrow();
  }

  private static String text(List<ChatCompletionChunk> chunks) {
    StringBuilder all = new StringBuilder();
    for (ChatCompletionChunk chunk : chunks) {
      for (ChatCompletionChunk.Choice choice : chunk.choices()) {
        all.append(choice.delta().content().orElse(""));
      }
    }
    return all.toString();
  }

  @Test
  void models() {
    List<String> ids = client.models().list().data().stream().map(Model::id).toList();
    assertThat(ids).containsExactly(OpenAiTestServer.MODEL, OpenAiTestServer.EMBEDDER);
    assertThat(client.models().retrieve(OpenAiTestServer.MODEL).created()).isPositive();
  }

  @Test
  void aWholeAnswerIsValidByTheClientsOwnCheck() {
    ChatCompletion completion = create(ask().maxCompletionTokens(32)).validate();
    assertThat(text(completion)).isEqualTo("The capital of France is Paris.");
    assertThat(completion.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    assertThat(completion.usage().orElseThrow().totalTokens()).isEqualTo(14);
    assertThat(completion.usage().orElseThrow().promptTokensDetails().orElseThrow().cachedTokens())
        .hasValue(3L);
  }

  @Test
  void aStreamSaysTheSameAsTheWholeAnswer() {
    List<ChatCompletionChunk> chunks = stream(ask());
    assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.validate()).isNotNull());
    assertThat(chunks.getFirst().choices().getFirst().delta().role()).isPresent();
    assertThat(text(chunks)).isEqualTo(text(create(ask())));
  }

  @Test
  void theClientsAccumulatorMakesTheWholeAnswer() {
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    stream(ask()).forEach(accumulator::accumulate);
    assertThat(text(accumulator.chatCompletion())).isEqualTo("The capital of France is Paris.");
  }

  @Test
  void usageOfAStream() {
    ChatCompletionStreamOptions usage =
        ChatCompletionStreamOptions.builder().includeUsage(true).build();
    List<ChatCompletionChunk> chunks = stream(ask().streamOptions(usage));
    assertThat(chunks.getLast().choices()).isEmpty();
    assertThat(chunks.getLast().usage().orElseThrow().completionTokens()).isEqualTo(7);
  }

  @Test
  void stopAndLimit() {
    ChatCompletion stopped = create(ask().stopOfStrings(List.of(" France", "zzz")));
    assertThat(text(stopped)).isEqualTo("The capital of");
    ChatCompletion limited = create(ask().maxCompletionTokens(2));
    assertThat(limited.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
  }

  @Test
  @SuppressWarnings("deprecation") // OpenAI deprecates the seed, yet there is no other.
  void seed() {
    String seven = text(create(ask().temperature(1).seed(7)));
    assertThat(text(create(ask().temperature(1).seed(7)))).isEqualTo(seven);
    assertThat(text(create(ask().temperature(1).seed(8)))).isNotEqualTo(seven);
  }

  @Test
  void severalChoices() {
    ChatCompletion completion = create(ask().temperature(1).n(4));
    assertThat(completion.choices())
        .extracting(ChatCompletion.Choice::index)
        .containsExactly(0L, 1L, 2L, 3L);
    Set<String> texts = new HashSet<>();
    completion.choices().forEach(c -> texts.add(c.message().content().orElseThrow()));
    assertThat(texts).hasSize(4);
  }

  @Test
  void logprobs() {
    ChatCompletion completion = create(ask().logprobs(true).topLogprobs(2)).validate();
    List<ChatCompletionTokenLogprob> tokens =
        completion.choices().getFirst().logprobs().orElseThrow().content().orElseThrow();
    assertThat(tokens).hasSize(7);
    assertThat(tokens.getFirst().logprob()).isEqualTo(-0.5);
    assertThat(tokens.getFirst().topLogprobs()).hasSize(2);
    assertThat(tokens.getFirst().bytes().orElseThrow()).containsExactly(84L, 104L, 101L);
  }

  @Test
  void jsonSchema() throws Exception {
    ResponseFormatJsonSchema format =
        ResponseFormatJsonSchema.builder()
            .jsonSchema(
                ResponseFormatJsonSchema.JsonSchema.builder()
                    .name("place")
                    .strict(true)
                    .schema(
                        ResponseFormatJsonSchema.JsonSchema.Schema.builder()
                            .putAdditionalProperty("type", JsonValue.from("object"))
                            .build())
                    .build())
            .build();
    assertThat(JSON.readTree(text(create(ask().responseFormat(format)))).get("city").asText())
        .isEqualTo("Paris");
  }

  private static ChatCompletionFunctionTool weather() {
    return ChatCompletionFunctionTool.builder()
        .function(
            FunctionDefinition.builder()
                .name("get_weather")
                .parameters(
                    FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty(
                            "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                        .build())
                .build())
        .build();
  }

  @Test
  void toolsWholeAndStreamed() {
    ChatCompletionNamedToolChoice named =
        ChatCompletionNamedToolChoice.builder()
            .function(ChatCompletionNamedToolChoice.Function.builder().name("get_weather").build())
            .build();
    ChatCompletion forced = create(ask().addTool(weather()).toolChoice(named)).validate();
    var call = forced.choices().getFirst().message().toolCalls().orElseThrow().getFirst();
    assertThat(call.asFunction().function().name()).isEqualTo("get_weather");
    assertThat(call.asFunction().function().arguments()).isEqualTo("{\"city\":\"Paris\"}");

    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    stream(ask().addTool(weather())).forEach(accumulator::accumulate);
    ChatCompletion chosen = accumulator.chatCompletion();
    assertThat(chosen.choices().getFirst().finishReason())
        .isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
    assertThat(
            chosen
                .choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction()
                .function()
                .arguments())
        .isEqualTo("{\"city\":\"Paris\"}");
  }

  @Test
  void completions() {
    Completion completion =
        client
            .completions()
            .create(
                CompletionCreateParams.builder()
                    .model(OpenAiTestServer.MODEL)
                    .prompt("The capital")
                    .temperature(0)
                    .logprobs(1)
                    .maxTokens(3)
                    .build())
            .validate();
    assertThat(completion.choices().getFirst().text()).isEqualTo("The capital of");
    assertThat(completion.choices().getFirst().logprobs().orElseThrow().textOffset())
        .hasValue(List.of(0L, 3L, 11L));
  }

  @Test
  void embeddings() {
    CreateEmbeddingResponse response =
        client
            .embeddings()
            .create(
                EmbeddingCreateParams.builder()
                    .model(OpenAiTestServer.EMBEDDER)
                    .inputOfArrayOfStrings(List.of("a", "bb"))
                    .build());
    assertThat(response.data()).hasSize(2);
    assertThat(response.data().get(1).embedding()).containsExactly(2f, 0.25f, -1.5f);
  }

  private static <T extends OpenAIServiceException> T failure(
      Class<T> type, ChatCompletionCreateParams.Builder params) {
    T thrown = catchThrowableOfType(type, () -> create(params));
    assertThat(thrown).isNotNull();
    return thrown;
  }

  @Test
  void errorsAreTheClientsOwn() {
    OpenAIClient stranger = client("wrong");
    try {
      UnauthorizedException wrongKey =
          catchThrowableOfType(UnauthorizedException.class, () -> stranger.models().list());
      assertThat(wrongKey.code()).hasValue("invalid_api_key");
    } finally {
      stranger.close();
    }
    BadRequestException range = failure(BadRequestException.class, ask().topP(1.5));
    assertThat(range.param()).hasValue("top_p");
    assertThat(range.type()).hasValue("invalid_request_error");
    BadRequestException unknown =
        failure(
            BadRequestException.class,
            ask().putAdditionalBodyProperty("frobnicate", JsonValue.from(true)));
    assertThat(unknown.code()).hasValue("unknown_parameter");
    assertThat(failure(NotFoundException.class, ask().model("nope")).code())
        .hasValue("model_not_found");
    assertThat(failure(RateLimitException.class, ask("!reject QUEUE_FULL")).code())
        .hasValue("rate_limit_exceeded");
    assertThat(failure(RateLimitException.class, ask("!reject LIMIT_REACHED")).code())
        .hasValue("insufficient_quota");
    assertThat(failure(InternalServerException.class, ask("!reject NO_NODE")).statusCode())
        .isEqualTo(503);
    assertThat(failure(InternalServerException.class, ask("!fail deadline_exceeded")).statusCode())
        .isEqualTo(504);
    assertThat(failure(BadRequestException.class, ask("!fail context_length_exceeded")).param())
        .hasValue("messages");
  }

  @Test
  void aStreamThatBreaksThrowsAndSaysWhy() {
    List<ChatCompletionChunk> seen = new ArrayList<>();
    SseException thrown =
        catchThrowableOfType(
            SseException.class,
            () -> {
              try (StreamResponse<ChatCompletionChunk> response =
                  client.chat().completions().createStreaming(ask("!break no_node_left").build())) {
                response.stream().forEach(seen::add);
              }
            });
    assertThat(text(seen)).isEqualTo("Two words");
    assertThat(thrown.code()).hasValue("no_node_left");
  }

  @Test
  void closingAStreamLeavesItsTask() throws Exception {
    try (StreamResponse<ChatCompletionChunk> response =
        client.chat().completions().createStreaming(ask("!endless").build())) {
      assertThat(response.stream().limit(5)).hasSize(5);
    }
    String id = server.tasks().taskIds(s -> s.toString().contains("!endless")).getLast();
    server.tasks().left(id).get(10, TimeUnit.SECONDS);
  }

  @Test
  void fiftyParallelStreams() throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(50)) {
      Callable<String> one = () -> text(stream(ask()));
      List<Callable<String>> all = java.util.Collections.nCopies(50, one);
      for (Future<String> said : executor.invokeAll(all)) {
        assertThat(said.get()).isEqualTo("The capital of France is Paris.");
      }
    }
  }
}
