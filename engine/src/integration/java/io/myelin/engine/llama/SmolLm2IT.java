package io.myelin.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.engine.Generation;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The real model. */
class SmolLm2IT {
  private static final String MODEL = TestModels.SMOLLM2;
  private static LlamaEngine engine;

  @BeforeAll
  static void open() {
    engine =
        LlamaEngine.open(
            LlamaOptions.of(MODEL, TestModels.smolLm2(), TestModels.libraries())
                .withSha256(ModelCatalogue.DEFAULT_MODEL.sha256())
                .withChatTemplate(ChatRenderer.CHATML)
                .withSize(1024, 8)
                // Two threads that spin for each other stand still when other tests want a core.
                .withThreads(1));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static GenerationSpec question(String text, long seed, int maxTokens) {
    return Specs.chat(MODEL, text).setSampling(Specs.seeded(seed)).setMaxTokens(maxTokens).build();
  }

  @Test
  void shouldAnswerParis() {
    CollectingListener listener =
        TinyEngines.run(engine, Specs.chat(MODEL, "What is the capital of France?").build());
    GenerationResult result = listener.await();
    assertThat(listener.text()).isEqualTo("The capital of France is Paris.");
    assertThat(result.getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(result.getOutputTokens()).isEqualTo(listener.tokens().size());
    assertThat(engine.vocabulary().endsGeneration(listener.tokens().getLast())).isTrue();
  }

  @Test
  void shouldGoOnWithTheSameTextAfterAFailure() {
    GenerationSpec spec = Specs.chat(MODEL, "Tell me about the sea.").setMaxTokens(40).build();
    CollectingListener whole = TinyEngines.run(engine, spec);
    for (int delivered : new int[] {1, 7, 20, 39}) {
      int cut = Math.min(delivered, whole.chunks().size());
      CollectingListener rest =
          TinyEngines.run(engine, spec, TinyEngines.prefix(whole.chunks().subList(0, cut)));
      assertThat(rest.chunks()).isEqualTo(whole.chunks().subList(cut, whole.chunks().size()));
    }
  }

  @Test
  void shouldGiveBitIdenticalLogprobsInDecodeAndPrefillWhileOthersComeAndGo() {
    List<GenerationSpec> specs =
        IntStream.range(0, 8)
            .mapToObj(i -> question("Write a story about number " + i + ".", i, 8 + 6 * i))
            .toList();
    List<CollectingListener> together =
        specs.stream().map(spec -> TinyEngines.start(engine, spec, OutputPrefix.NONE)).toList();
    for (int i = 0; i < specs.size(); i++) {
      together.get(i).await();
      Score score = engine.score(specs.get(i), together.get(i).tokens(), 5).join();
      assertThat(score.tokens()).isEqualTo(together.get(i).evidence());
    }
    // Alone it says the same, and a seed is a seed.
    List<TokenLogprob> alone = TinyEngines.run(engine, specs.get(5)).evidence();
    assertThat(alone).isEqualTo(together.get(5).evidence());
  }

  @Test
  void shouldServeEightAtOnceInSharedSteps() {
    List<CollectingListener> together = new ArrayList<>();
    long rounds = engine.stats().rounds();
    for (int i = 0; i < 8; i++) {
      together.add(
          TinyEngines.start(
              engine,
              Specs.chat(MODEL, "Count from " + i).setIgnoreEos(true).setMaxTokens(24).build(),
              OutputPrefix.NONE));
    }
    together.forEach(listener -> assertThat(listener.await().getOutputTokens()).isEqualTo(24));
    // 8 x 24 tokens one by one would be 192 rounds.
    assertThat(engine.stats().rounds() - rounds).isLessThan(60);
  }

  @Test
  void shouldLetANewRequestJoinARunningOne() {
    CompletableFuture<Void> running = new CompletableFuture<>();
    CollectingListener longOne = new CollectingListener(chunk -> running.complete(null));
    Generation generation =
        engine.generate(
            Specs.chat(MODEL, "Write a long story.").setIgnoreEos(true).setMaxTokens(0).build(),
            OutputPrefix.NONE,
            longOne);
    generation.request(Long.MAX_VALUE);
    running.join();
    CollectingListener joined =
        TinyEngines.run(engine, Specs.chat(MODEL, "What is the capital of France?").build());
    assertThat(joined.text()).contains("Paris");
    assertThat(longOne.result()).isNotDone();
    generation.cancel();
    assertThat(longOne.await().getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
  }

  @Test
  void shouldReuseAConversationsBeginning() {
    ChatPrompt.Builder chat =
        ChatPrompt.newBuilder()
            .addMessages(
                ChatMessage.newBuilder()
                    .setRole("user")
                    .setContent("Remember these words: " + "apple tree river ".repeat(30)));
    GenerationSpec first = Specs.chat(MODEL, "").setChat(chat).setMaxTokens(8).build();
    CollectingListener answer = TinyEngines.run(engine, first);
    chat.addMessages(ChatMessage.newBuilder().setRole("assistant").setContent(answer.text()))
        .addMessages(ChatMessage.newBuilder().setRole("user").setContent("Thank you."));
    long before = engine.stats().computedTokens();
    CollectingListener second =
        TinyEngines.run(engine, Specs.chat(MODEL, "").setChat(chat).setMaxTokens(1).build());
    int cached = second.await().getCachedTokens();
    assertThat(cached).isGreaterThanOrEqualTo(answer.await().getPromptTokens());
    assertThat(engine.stats().computedTokens() - before)
        .isEqualTo(second.await().getPromptTokens() - cached);
  }

  @Test
  void shouldRefuseAPromptLongerThanTheContext() {
    CollectingListener listener =
        TinyEngines.start(
            engine, Specs.chat(MODEL, "word ".repeat(2000)).build(), OutputPrefix.NONE);
    assertThatThrownBy(listener::await).hasMessageContaining("expected: at most 1024 together");
  }

  @Test
  void shouldRefuseToolsAndUnknownRoles() {
    ChatMessage odd = ChatMessage.newBuilder().setRole("wizard").setContent("x").build();
    CollectingListener listener =
        TinyEngines.start(
            engine,
            Specs.chat(MODEL, "").setChat(ChatPrompt.newBuilder().addMessages(odd)).build(),
            OutputPrefix.NONE);
    assertThatThrownBy(listener::await).hasMessageContaining("role: wizard");
  }
}
