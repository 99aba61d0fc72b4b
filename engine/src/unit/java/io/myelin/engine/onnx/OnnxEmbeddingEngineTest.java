package io.myelin.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.wordpiece.WordPieceTokenizer;
import io.myelin.engine.worker.RecordingListener;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits, order, turns and ends, with a model whose vectors can be told in advance. */
@Timeout(30)
class OnnxEmbeddingEngineTest {
  private static final int MOST_TOKENS = 5;
  private static final int SLOTS = 2;
  private static final WordPieceTokenizer TOKENIZER =
      new WordPieceTokenizer(
          Map.of("[UNK]", 0, "[CLS]", 1, "[SEP]", 2, "a", 3, "b", 4),
          List.of(),
          "[CLS]",
          "[SEP]",
          "[UNK]",
          100);

  private final List<OnnxEmbeddingEngine> open = new ArrayList<>();
  private FakeSentenceModel model = new FakeSentenceModel(_ -> {});

  @AfterEach
  void closeAll() {
    open.forEach(OnnxEmbeddingEngine::close);
  }

  private OnnxEmbeddingEngine engine(int threads, Consumer<long[]> beforeEach) {
    model = new FakeSentenceModel(beforeEach);
    OnnxOptions options =
        new OnnxOptions("mini", Path.of("x"), "", Path.of("y"), MOST_TOKENS, SLOTS, threads);
    OnnxEmbeddingEngine engine = new OnnxEmbeddingEngine(options, model, TOKENIZER, "class");
    open.add(engine);
    return engine;
  }

  private static EmbeddingSpec spec(String... inputs) {
    return EmbeddingSpec.newBuilder().setModel("mini").addAllInputs(List.of(inputs)).build();
  }

  private static EmbeddingResult get(CompletableFuture<EmbeddingResult> result) throws Exception {
    return result.get(20, TimeUnit.SECONDS);
  }

  private static EngineException failure(CompletableFuture<EmbeddingResult> result)
      throws Exception {
    try {
      throw new AssertionError("ended well: " + get(result));
    } catch (ExecutionException e) {
      if (e.getCause() instanceof EngineException failure) {
        return failure;
      }
      throw e;
    }
  }

  @Test
  void everyTextHasItsUnitVectorInItsPlaceAndTokensAreCounted() throws Exception {
    EmbeddingResult result = get(engine(3, _ -> {}).embed(spec("a", "b b", "")));
    // [CLS] a [SEP] has mean id 2; [CLS] b b [SEP] 11 / 4; [CLS] [SEP] 1.5.
    double[] means = {2, 11 / 4.0, 1.5};
    assertThat(result.getEmbeddingsCount()).isEqualTo(3);
    for (int i = 0; i < means.length; i++) {
      List<Float> vector = result.getEmbeddings(i).getValuesList();
      assertThat(vector.get(0) / vector.get(1)).isCloseTo((float) means[i], within(1e-5f));
      assertThat(Math.hypot(vector.get(0), vector.get(1))).isCloseTo(1, within(1e-6));
    }
    assertThat(result.getPromptTokens()).isEqualTo(3 + 4 + 2);
  }

  @Test
  void aTextMayHaveAllTheTokensOfTheModelAndNotOneMore() throws Exception {
    List<long[]> computed = Collections.synchronizedList(new ArrayList<>());
    OnnxEmbeddingEngine engine = engine(1, computed::add);
    assertThat(get(engine.embed(spec("a a a"))).getPromptTokens()).isEqualTo(MOST_TOKENS);
    computed.clear();
    EngineException one = failure(engine.embed(spec("a a a a")));
    assertThat(one.kind()).isEqualTo(Kind.CONTEXT_LENGTH_EXCEEDED);
    assertThat(one).hasMessageContaining("input: 6 tokens (expected: at most 5;");
    EngineException third = failure(engine.embed(spec("a", "b", "b b b b b")));
    assertThat(third).hasMessageContaining("input[2]: 7 tokens (expected: at most 5;");
    assertThat(failure(engine.embed(spec("a ".repeat(20_000)))))
        .hasMessageContaining("input: over 8192 tokens");
    // Nothing was computed for what was going to be refused.
    assertThat(computed).isEmpty();
  }

  @Test
  void whatMakesNoSenseIsRefusedWithItsKind() throws Exception {
    OnnxEmbeddingEngine engine = engine(1, _ -> {});
    assertThat(failure(engine.embed(spec())).kind()).isEqualTo(Kind.BAD_REQUEST);
    String[] many =
        Collections.nCopies(OnnxEmbeddingEngine.MOST_INPUTS + 1, "a").toArray(String[]::new);
    assertThat(failure(engine.embed(spec(many)))).hasMessageContaining("inputs: 2049");
    assertThat(failure(engine.embed(spec("a").toBuilder().setModel("maxi").build())).kind())
        .isEqualTo(Kind.UNKNOWN_MODEL);
    GenerationSpec text = GenerationSpec.newBuilder().setModel("mini").setText("a").build();
    RecordingListener listener = new RecordingListener();
    engine.generate(text, OutputPrefix.NONE, listener).request(1);
    assertThatThrownBy(() -> listener.ended().get(20, TimeUnit.SECONDS))
        .hasMessageContaining("expected: one that generates text");
    assertThatThrownBy(() -> engine.score(text, List.of(1), 0).get(20, TimeUnit.SECONDS))
        .hasMessageContaining("expected: one that generates text");
  }

  @Test
  void aShortRequestIsNotKeptWaitingByALongOne() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    OnnxEmbeddingEngine engine =
        engine(
            1,
            tokens -> {
              order.add(tokens.length);
              first.countDown();
              await(goOn);
            });
    CompletableFuture<EmbeddingResult> large =
        engine.embed(spec("a", "a", "a", "a", "a", "a", "a", "a"));
    await(first);
    CompletableFuture<EmbeddingResult> small = engine.embed(spec("a b"));
    goOn.countDown();
    get(large);
    get(small);
    assertThat(order).hasSize(9);
    assertThat(order.indexOf(4)).as("turn of the short one in %s", order).isLessThanOrEqualTo(2);
  }

  @Test
  void moreThanSlotsAndQueueIsBusy() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    OnnxEmbeddingEngine engine = engine(1, _ -> await(goOn));
    List<CompletableFuture<EmbeddingResult>> accepted = new ArrayList<>();
    for (int i = 0; i < 2 * SLOTS; i++) {
      accepted.add(engine.embed(spec("a")));
    }
    assertThat(failure(engine.embed(spec("a"))).kind()).isEqualTo(Kind.BUSY);
    goOn.countDown();
    for (CompletableFuture<EmbeddingResult> one : accepted) {
      get(one);
    }
    get(engine.embed(spec("a")));
  }

  @Test
  void aCancelledRequestComputesNothingMore() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<long[]> computed = Collections.synchronizedList(new ArrayList<>());
    OnnxEmbeddingEngine engine =
        engine(
            1,
            tokens -> {
              computed.add(tokens);
              first.countDown();
              await(goOn);
            });
    CompletableFuture<EmbeddingResult> left = engine.embed(spec("a", "a", "a", "a"));
    await(first);
    left.cancel(false);
    goOn.countDown();
    get(engine.embed(spec("b")));
    assertThat(computed).hasSize(2);
  }

  @Test
  void closingFailsWhatRunsAndClosesTheModelAfterTheLastStep() throws Exception {
    CountDownLatch first = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    OnnxEmbeddingEngine engine =
        engine(
            1,
            _ -> {
              first.countDown();
              await(goOn);
            });
    CompletableFuture<EmbeddingResult> running = engine.embed(spec("a", "a"));
    await(first);
    Thread closing = Thread.ofVirtual().start(engine::close);
    assertThat(failure(running).kind()).isEqualTo(Kind.CLOSED);
    assertThat(model.isClosed()).isFalse();
    goOn.countDown();
    assertThat(closing.join(java.time.Duration.ofSeconds(20))).isTrue();
    assertThat(model.isClosed()).isTrue();
    assertThat(failure(engine.embed(spec("a"))).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void aModelThatFailsFailsOneRequestOnly() throws Exception {
    OnnxEmbeddingEngine engine =
        engine(
            1,
            tokens -> {
              if (tokens.length == 4) {
                throw new EngineException(Kind.INTERNAL, "the model failed");
              }
            });
    assertThat(failure(engine.embed(spec("a", "a b")))).hasMessage("the model failed");
    assertThat(get(engine.embed(spec("a"))).getEmbeddingsCount()).isEqualTo(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody came");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
