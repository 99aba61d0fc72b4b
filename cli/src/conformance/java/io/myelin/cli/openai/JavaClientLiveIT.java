package io.myelin.cli.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ResponseFormatJsonObject;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletion.Choice.FinishReason;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionFunctionTool;
import com.openai.models.chat.completions.ChatCompletionNamedToolChoice;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionTokenLogprob;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.models.Model;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.LiveNetwork;
import io.myelin.client.ClientSession;
import io.myelin.client.ClientSession.Terms;
import io.myelin.client.GatewayClient;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The official Java client, unmodified, against a gateway, a compute node and the real model. */
@Timeout(240)
class JavaClientLiveIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final BigInteger OUTPUT_WEI = BigInteger.valueOf(3_000_000_000L);

  @TempDir static Path folder;
  private static LiveNetwork network;
  private static OpenAIClient client;

  @BeforeAll
  static void start() throws Exception {
    network = LiveNetwork.start(folder, 1, 8);
    client = client(network.session().apiKey());
  }

  @AfterAll
  static void stop() {
    client.close();
    network.close();
  }

  private static OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(network.url() + "/v1")
        .apiKey(key)
        .maxRetries(0)
        .timeout(Duration.ofMinutes(3))
        .build();
  }

  private static ChatCompletionCreateParams.Builder ask(String text) {
    return ChatCompletionCreateParams.builder()
        .model(LiveNetwork.MODEL)
        .temperature(0)
        .addUserMessage(text);
  }

  private static ChatCompletionCreateParams.Builder ask() {
    return ask("What is the capital of France?");
  }

  private static ChatCompletion create(ChatCompletionCreateParams.Builder params) {
    return client.chat().completions().create(params.build()).validate();
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

  private static FinishReason end(ChatCompletion completion) {
    return completion.choices().getFirst().finishReason();
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
    assertThat(ids).containsExactly(LiveNetwork.MODEL);
    assertThat(client.models().retrieve(LiveNetwork.MODEL).created()).isPositive();
  }

  @Test
  void aWholeAnswerAndItsReceipt() {
    try (HttpResponseFor<ChatCompletion> raw =
        client
            .chat()
            .completions()
            .withRawResponse()
            .create(ask().maxCompletionTokens(32).build())) {
      ChatCompletion completion = raw.parse().validate();
      assertThat(text(completion)).contains("Paris");
      assertThat(end(completion)).isEqualTo(FinishReason.STOP);
      var usage = completion.usage().orElseThrow();
      assertThat(usage.totalTokens()).isEqualTo(usage.promptTokens() + usage.completionTokens());
      String task = raw.headers().values("Myelin-Task").getFirst();
      assertThat(raw.headers().values("Myelin-Receipt").getFirst())
          .isEqualTo(network.url() + "/api/v1/tasks/" + task + "/receipt");
    }
  }

  @Test
  void aStreamSaysTheSameAsTheWholeAnswer() {
    ChatCompletionStreamOptions usage =
        ChatCompletionStreamOptions.builder().includeUsage(true).build();
    List<ChatCompletionChunk> chunks = stream(ask().maxCompletionTokens(32).streamOptions(usage));
    assertThat(chunks).allSatisfy(chunk -> assertThat(chunk.validate()).isNotNull());
    assertThat(chunks.getFirst().choices().getFirst().delta().role()).isPresent();
    ChatCompletion whole = create(ask().maxCompletionTokens(32));
    assertThat(text(chunks)).isEqualTo(text(whole));
    assertThat(chunks.getLast().choices()).isEmpty();
    assertThat(chunks.getLast().usage().orElseThrow().completionTokens())
        .isEqualTo(whole.usage().orElseThrow().completionTokens());
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    chunks.forEach(accumulator::accumulate);
    assertThat(text(accumulator.chatCompletion())).isEqualTo(text(whole));
  }

  @Test
  void stopAndLimits() {
    ChatCompletion stopped = create(ask().stopOfStrings(List.of(" France", "zzz")));
    assertThat(text(stopped)).isNotEmpty().doesNotContain("France");
    assertThat(end(stopped)).isEqualTo(FinishReason.STOP);
    ChatCompletion limited = create(ask().maxCompletionTokens(2));
    assertThat(end(limited)).isEqualTo(FinishReason.LENGTH);
    assertThat(limited.usage().orElseThrow().completionTokens()).isEqualTo(2);
    @SuppressWarnings("deprecation") // many programs still send it
    ChatCompletion older = create(ask().maxTokens(2));
    assertThat(text(older)).isEqualTo(text(limited));
  }

  @Test
  @SuppressWarnings("deprecation") // OpenAI deprecates the seed, yet there is no other.
  void seedAndSeveralChoices() {
    ChatCompletion several = create(ask().temperature(1.5).seed(7).n(3).maxCompletionTokens(10));
    assertThat(several.choices())
        .extracting(ChatCompletion.Choice::index)
        .containsExactly(0L, 1L, 2L);
    Set<String> texts = new HashSet<>();
    several.choices().forEach(c -> texts.add(c.message().content().orElseThrow()));
    assertThat(texts).hasSize(3);
    ChatCompletion alone = create(ask().temperature(1.5).seed(7).maxCompletionTokens(10));
    assertThat(text(alone)).isEqualTo(text(several));
    assertThat(text(create(ask().temperature(1.5).seed(8).maxCompletionTokens(10))))
        .isNotEqualTo(text(alone));
  }

  @Test
  void logprobs() {
    ChatCompletion completion = create(ask().logprobs(true).topLogprobs(2).maxCompletionTokens(6));
    List<ChatCompletionTokenLogprob> tokens =
        completion.choices().getFirst().logprobs().orElseThrow().content().orElseThrow();
    assertThat(tokens).hasSize(6);
    StringBuilder said = new StringBuilder();
    for (ChatCompletionTokenLogprob token : tokens) {
      said.append(token.token());
      assertThat(token.topLogprobs()).hasSize(2);
      // At temperature 0 the token taken is the most probable one.
      assertThat(token.logprob()).isLessThanOrEqualTo(0);
      assertThat(token.topLogprobs().getFirst().token()).isEqualTo(token.token());
      assertThat(token.topLogprobs().get(1).logprob()).isLessThanOrEqualTo(token.logprob());
    }
    assertThat(said).hasToString(text(completion));
  }

  @Test
  void penaltiesAndBias() {
    ChatCompletionCreateParams.Builder plain = ask().maxCompletionTokens(3);
    ChatCompletion forced =
        create(
            ask()
                .maxCompletionTokens(3)
                .logitBias(
                    ChatCompletionCreateParams.LogitBias.builder()
                        .putAdditionalProperty("504", JsonValue.from(100))
                        .build()));
    assertThat(text(forced)).isEqualTo("TheTheThe").isNotEqualTo(text(create(plain)));
    String yes = "Yes, yes, yes, yes,";
    String usual =
        complete(CompletionCreateParams.builder().prompt(yes)).choices().getFirst().text();
    String punished =
        complete(
                CompletionCreateParams.builder().prompt(yes).frequencyPenalty(2).presencePenalty(2))
            .choices()
            .getFirst()
            .text();
    assertThat(punished).isNotEqualTo(usual);
  }

  private static Completion complete(CompletionCreateParams.Builder params) {
    return client
        .completions()
        .create(params.model(LiveNetwork.MODEL).temperature(0).maxTokens(8).build())
        .validate();
  }

  @Test
  void completions() {
    Completion completion =
        complete(CompletionCreateParams.builder().prompt("The capital of France is").logprobs(1));
    assertThat(completion.choices().getFirst().text()).contains("Paris");
  }

  @Test
  void json() throws Exception {
    String object =
        text(
            create(
                ask("Describe a cat as JSON.")
                    .maxCompletionTokens(200)
                    .responseFormat(ResponseFormatJsonObject.builder().build())));
    assertThat(JSON.readTree(object).isObject()).isTrue();
  }

  /** The schema of a structured output, derived by the client from this class. */
  public static final class Place {
    /** A field the model must fill. */
    public String city = "";

    /** Another. */
    public boolean capital;
  }

  @Test
  void structuredOutputOfTheClientsOwnMaking() {
    var completion =
        client
            .chat()
            .completions()
            .create(ask().maxCompletionTokens(200).responseFormat(Place.class).build());
    Place place = completion.choices().getFirst().message().content().orElseThrow();
    assertThat(place.city).isNotEmpty();
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
                        .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                        .build())
                .build())
        .build();
  }

  @Test
  void aForcedToolCallWholeAndStreamed() throws Exception {
    ChatCompletionNamedToolChoice named =
        ChatCompletionNamedToolChoice.builder()
            .function(ChatCompletionNamedToolChoice.Function.builder().name("get_weather").build())
            .build();
    ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
    stream(ask().addTool(weather()).toolChoice(named).maxCompletionTokens(100))
        .forEach(accumulator::accumulate);
    ChatCompletion whole =
        create(ask().addTool(weather()).toolChoice(named).maxCompletionTokens(100));
    for (ChatCompletion forced : List.of(whole, accumulator.chatCompletion())) {
      assertThat(end(forced)).isEqualTo(FinishReason.TOOL_CALLS);
      var call = forced.choices().getFirst().message().toolCalls().orElseThrow().getFirst();
      assertThat(call.asFunction().function().name()).isEqualTo("get_weather");
      JsonNode arguments = JSON.readTree(call.asFunction().function().arguments());
      assertThat(arguments.path("city").isTextual()).isTrue();
    }
  }

  private static <T extends OpenAIServiceException> T failure(
      Class<T> type, OpenAIClient asking, ChatCompletionCreateParams.Builder params) {
    T thrown = catchThrowableOfType(type, () -> asking.chat().completions().create(params.build()));
    assertThat(thrown).isNotNull();
    return thrown;
  }

  @Test
  void errorsAreTheClientsOwn() {
    OpenAIClient stranger = client("wrong");
    OpenAIClient poor =
        client(
            network
                .session(new Terms(LiveNetwork.MODEL, 1, BigInteger.ONE, Duration.ofHours(1)))
                .apiKey());
    try {
      assertThat(failure(UnauthorizedException.class, stranger, ask()).code())
          .hasValue("invalid_api_key");
      assertThat(failure(RateLimitException.class, poor, ask()).code())
          .hasValue("insufficient_quota");
    } finally {
      stranger.close();
      poor.close();
    }
    assertThat(failure(NotFoundException.class, client, ask().model("nope")).code())
        .hasValue("model_not_found");
    assertThat(failure(BadRequestException.class, client, ask().topP(1.5)).param())
        .hasValue("top_p");
    assertThat(
            failure(
                    BadRequestException.class,
                    client,
                    ask().putAdditionalBodyProperty("frobnicate", JsonValue.from(true)))
                .code())
        .hasValue("unknown_parameter");
    assertThat(
            failure(
                    BadRequestException.class,
                    client,
                    ask().verbosity(ChatCompletionCreateParams.Verbosity.HIGH))
                .param())
        .hasValue("verbosity");
    BadRequestException tooLong =
        failure(BadRequestException.class, client, ask("word ".repeat(6_000)));
    assertThat(tooLong.code()).hasValue("context_length_exceeded");
    assertThat(tooLong.param()).hasValue("messages");
    assertThat(
            catchThrowableOfType(
                NotFoundException.class,
                () ->
                    client
                        .embeddings()
                        .create(
                            EmbeddingCreateParams.builder()
                                .model(LiveNetwork.MODEL)
                                .input("a")
                                .build())))
        .isNotNull();
  }

  @Test
  void closingAStreamCancelsItsTaskAndOnlyWhatWasDeliveredIsCounted() throws Exception {
    ClientSession session = network.session();
    OpenAIClient own = client(session.apiKey());
    try (HttpResponseFor<StreamResponse<ChatCompletionChunk>> raw =
        own.chat()
            .completions()
            .withRawResponse()
            .createStreaming(
                ask("Write a long story about a fox.").maxCompletionTokens(1_000).build())) {
      String task = raw.headers().values("Myelin-Task").getFirst();
      try (StreamResponse<ChatCompletionChunk> response = raw.parse()) {
        assertThat(response.stream().limit(5)).hasSize(5);
      }
      // The first event holds the role alone.
      JsonNode view = LiveTasks.assertCancelled(session, task, 4, 999);
      long delivered = view.path("failure").path("deliveredTokens").asLong();
      JsonNode receipt;
      try (GatewayClient gateway = new GatewayClient(session.endpoint())) {
        receipt = gateway.get("/api/v1/tasks/" + task + "/receipt").path("receipt");
      }
      assertThat(receipt.path("output").path("outputTokens").asLong()).isEqualTo(delivered);
      String charged = receipt.path("price").path("totalWei").asText();
      BigInteger output = OUTPUT_WEI.multiply(BigInteger.valueOf(delivered));
      assertThat(new BigInteger(charged)).isGreaterThan(output);
      Await.until(
          "what the receipt says is charged",
          () -> session.view().path("spentWei").asText().equals(charged));
    } finally {
      own.close();
    }
  }

  @Test
  void fiftyParallelStreams() throws Exception {
    try (ExecutorService executor = Executors.newFixedThreadPool(50)) {
      Callable<String> one = () -> text(stream(ask().maxCompletionTokens(4)));
      Set<String> texts = new HashSet<>();
      for (Future<String> said : executor.invokeAll(Collections.nCopies(50, one))) {
        texts.add(said.get());
      }
      assertThat(texts).hasSize(1).doesNotContain("");
    }
  }
}
