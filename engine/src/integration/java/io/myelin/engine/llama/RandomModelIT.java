package io.myelin.engine.llama;

import static io.myelin.engine.llama.TinyEngines.MODEL;
import static io.myelin.engine.llama.TinyEngines.options;
import static io.myelin.engine.llama.TinyEngines.run;
import static io.myelin.engine.llama.TinyEngines.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.TokenPrompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batching, sharing, seeds and scores on a model with random weights. */
class RandomModelIT {
  private static LlamaEngine engine;

  @BeforeAll
  static void open(@TempDir Path folder) {
    engine =
        LlamaEngine.open(
            options(TinyModels.random(folder.resolve("random.gguf"), 7)).withMaxQueued(40));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static GenerationSpec.Builder tokens(int first, int count) {
    return GenerationSpec.newBuilder()
        .setModel(MODEL)
        .setPromptTokens(
            TokenPrompt.newBuilder()
                .addAllTokens(
                    IntStream.range(0, count)
                        .mapToObj(i -> TinyModels.byteToken((first + i * 37) & 0xFF))
                        .toList()))
        .setSampling(Specs.seeded(first))
        .setIgnoreEos(true)
        .setMaxTokens(40);
  }

  @Test
  void shouldScoreExactlyWhatItGenerated() {
    List<CollectingListener> together = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      together.add(start(engine, tokens(i, 20 + i * 9).build(), OutputPrefix.NONE));
    }
    for (int i = 0; i < together.size(); i++) {
      together.get(i).await();
      Score score = engine.score(tokens(i, 20 + i * 9).build(), together.get(i).tokens(), 5).join();
      assertThat(score.tokens()).isEqualTo(together.get(i).evidence());
      assertThat(score.promptTokens()).isEqualTo(20 + i * 9);
    }
  }

  @Test
  void shouldHaveRoomForWhoJustHeardOfTheEnd(@TempDir Path folder) {
    Path weights = TinyModels.random(folder.resolve("one.gguf"), 7);
    GenerationSpec spec = tokens(1, 20).build();
    try (LlamaEngine one =
        LlamaEngine.open(options(weights).withSize(TinyModels.CONTEXT, 1).withMaxQueued(0))) {
      List<Integer> said = run(one, spec).tokens();
      // The next is asked for by the thread that tells of the last one's end.
      CompletableFuture<Score> scores = one.score(spec, said, 5);
      for (int i = 0; i < 5; i++) {
        scores = scores.thenCompose(_ -> one.score(spec, said, 5));
      }
      assertThat(scores.join().tokens()).hasSize(40);
      assertThat(run(one, spec).tokens()).isEqualTo(said);
    }
  }

  @Test
  void shouldGiveTheSameAloneAndTogether() {
    List<GenerationSpec> specs =
        IntStream.range(100, 108).mapToObj(i -> tokens(i, 5 + i).build()).toList();
    List<List<TokenLogprob>> alone =
        specs.stream().map(spec -> run(engine, spec).evidence()).toList();
    List<CollectingListener> together =
        specs.stream().map(spec -> start(engine, spec, OutputPrefix.NONE)).toList();
    for (int i = 0; i < specs.size(); i++) {
      together.get(i).await();
      assertThat(together.get(i).evidence()).isEqualTo(alone.get(i));
    }
  }

  @Test
  void shouldReproduceASeedAndDifferForAnother() {
    GenerationSpec spec = tokens(3, 30).build();
    List<Integer> first = run(engine, spec).tokens();
    assertThat(run(engine, spec).tokens()).isEqualTo(first);
    assertThat(run(engine, tokens(3, 30).setSampling(Specs.seeded(4)).build()).tokens())
        .isNotEqualTo(first);
  }

  @Test
  void shouldContinueASampledAnswerAnywhere() {
    GenerationSpec spec =
        tokens(9, 30)
            .setSampling(
                Specs.seeded(9).setPresencePenalty(0.5).setFrequencyPenalty(0.5).setTopP(0.95))
            .build();
    CollectingListener whole = run(engine, spec);
    for (int delivered = 0; delivered < whole.chunks().size(); delivered += 5) {
      CollectingListener rest =
          run(engine, spec, TinyEngines.prefix(whole.chunks().subList(0, delivered)));
      assertThat(rest.chunks()).isEqualTo(whole.chunks().subList(delivered, whole.chunks().size()));
    }
  }

  @Test
  void shouldNotComputeASharedPrefixTwice() {
    GenerationSpec spec = tokens(200, 150).setMaxTokens(1).build();
    long before = engine.stats().computedTokens();
    CollectingListener first = run(engine, spec);
    assertThat(engine.stats().computedTokens() - before).isEqualTo(150);
    CollectingListener second = run(engine, spec);
    assertThat(engine.stats().computedTokens() - before).isEqualTo(151);
    assertThat(first.await().getCachedTokens()).isZero();
    assertThat(second.await().getCachedTokens()).isEqualTo(149);
    assertThat(second.evidence()).isEqualTo(first.evidence());
  }

  @Test
  void shouldShareAPrefixThatIsBeingComputed() {
    long before = engine.stats().computedTokens();
    List<CollectingListener> together =
        IntStream.range(0, 4)
            .mapToObj(
                i -> start(engine, tokens(77, 300).setMaxTokens(1).build(), OutputPrefix.NONE))
            .toList();
    together.forEach(CollectingListener::await);
    assertThat(engine.stats().computedTokens() - before).isEqualTo(303);
    assertThat(together.stream().map(CollectingListener::evidence).distinct()).hasSize(1);
  }

  @Test
  void shouldKeepAFinishedSequencesCacheWhenAnotherTakesItsSlot() {
    run(engine, tokens(11, 100).setMaxTokens(1).build());
    run(engine, tokens(12, 100).setMaxTokens(1).build());
    CollectingListener again = run(engine, tokens(11, 100).setMaxTokens(1).build());
    assertThat(again.await().getCachedTokens()).isEqualTo(99);
  }

  @Test
  void shouldRefuseWhatDoesNotFitTheContext() {
    assertKind(Kind.CONTEXT_LENGTH_EXCEEDED, tokens(0, TinyModels.CONTEXT).build());
    CollectingListener last = run(engine, tokens(0, TinyModels.CONTEXT - 1).build());
    assertThat(last.tokens()).hasSize(1);
    assertThat(last.await().getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    CollectingListener open =
        run(engine, tokens(0, TinyModels.CONTEXT - 20).setMaxTokens(0).build());
    assertThat(open.tokens()).hasSize(20);
    assertThatThrownBy(
            () ->
                engine
                    .score(tokens(0, 500).build(), java.util.Collections.nCopies(13, 5), 0)
                    .join())
        .hasMessageContaining("expected: at most 512 together");
  }

  @Test
  void shouldRefuseNonsense() {
    List<UnaryOperator<GenerationSpec.Builder>> nonsense =
        List.of(
            spec -> spec.clearPrompt(),
            spec -> spec.setPromptTokens(TokenPrompt.getDefaultInstance()),
            spec -> spec.setPromptTokens(TokenPrompt.newBuilder().addTokens(288)),
            spec -> spec.setPromptTokens(TokenPrompt.newBuilder().addTokens(-1)),
            spec -> spec.setText(""),
            spec -> spec.setSampling(Specs.greedy().setTemperature(Double.NaN)),
            spec -> spec.setSampling(Specs.greedy().setTemperature(-1)),
            spec -> spec.setSampling(Specs.greedy().setTopP(1.1)),
            spec -> spec.setSampling(Specs.greedy().setMinP(-0.1)),
            spec -> spec.setSampling(Specs.greedy().setTopK(-5)),
            spec -> spec.setSampling(Specs.greedy().putLogitBias(288, 1)),
            spec -> spec.setSampling(Specs.greedy().putLogitBias(1, 101)),
            spec -> spec.setTopLogprobs(21),
            spec -> spec.addStop(""),
            spec -> spec.addStop("x".repeat(2000)),
            spec -> spec.addAllStop(java.util.Collections.nCopies(33, "x")));
    for (UnaryOperator<GenerationSpec.Builder> change : nonsense) {
      assertKind(Kind.BAD_REQUEST, change.apply(tokens(0, 5)).build());
    }
    assertKind(Kind.UNKNOWN_MODEL, tokens(0, 5).setModel("other").build());
    assertThatThrownBy(
            () -> engine.embed(EmbeddingSpec.newBuilder().setModel(MODEL).build()).join())
        .hasMessageContaining("expected: one that makes embeddings");
    assertThatThrownBy(() -> engine.score(tokens(0, 5).build(), List.of(288), 0).join())
        .hasMessageContaining("token: 288");
  }

  @Test
  void shouldCancelALongPrefill() {
    CollectingListener listener = new CollectingListener();
    var generation = engine.generate(tokens(55, 500).build(), OutputPrefix.NONE, listener);
    generation.request(1);
    generation.cancel();
    assertThat(listener.await().getReason())
        .isIn(FinishReason.FINISH_REASON_CANCELLED, FinishReason.FINISH_REASON_LENGTH);
    // What was cut short is as good as new afterwards.
    CollectingListener again = run(engine, tokens(55, 500).build());
    Score score = engine.score(tokens(55, 500).build(), again.tokens(), 5).join();
    assertThat(score.tokens()).isEqualTo(again.evidence());
  }

  private static void assertKind(Kind kind, GenerationSpec spec) {
    CollectingListener listener = start(engine, spec, OutputPrefix.NONE);
    assertThatThrownBy(listener::await)
        .cause()
        .isInstanceOfSatisfying(
            EngineException.class, error -> assertThat(error.kind()).isEqualTo(kind));
  }
}
