package io.myelin.engine.llama;

import static io.myelin.engine.llama.TinyEngines.MODEL;
import static io.myelin.engine.llama.TinyEngines.options;
import static io.myelin.engine.llama.TinyEngines.prefix;
import static io.myelin.engine.llama.TinyEngines.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.Generation;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.sampling.LogitFilter;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.OutputConstraint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine does with exactly known tokens, through the real library. */
class ScriptedModelIT {
  @TempDir private Path folder;

  private LlamaEngine scripted(String... pieces) {
    return LlamaEngine.open(options(TinyModels.scripted(folder.resolve("scripted.gguf"), pieces)));
  }

  private static GenerationSpec.Builder ask() {
    return Specs.chat(MODEL, "go");
  }

  private static List<String> texts(CollectingListener listener) {
    return listener.chunks().stream().map(chunk -> chunk.getText().toStringUtf8()).toList();
  }

  @Test
  void shouldSendOneChunkPerTokenAndTheEndToken() {
    try (LlamaEngine engine = scripted("Hello", " wide", " world")) {
      CollectingListener listener = run(engine, ask().build());

      assertThat(texts(listener)).containsExactly("Hello", " wide", " world", "");
      assertThat(listener.tokens()).containsExactly(262, 263, 264, TinyModels.END);
      assertThat(listener.chunks()).extracting(GeneratedChunk::getSeq).containsExactly(0, 1, 2, 3);
      assertThat(listener.evidence()).hasSize(4);
      assertThat(listener.evidence().getFirst().getTopList()).hasSize(5);
      assertThat(listener.evidence().getFirst().getTop(0).getToken()).isEqualTo(262);
      // e^12 against 287 others.
      assertThat(listener.evidence().getFirst().getLogprobQ10()).isEqualTo(-2);
      assertThat(listener.chunks().getFirst().getLogprobsList()).isEmpty();
      GenerationResult result = listener.await();
      assertThat(result.getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
      assertThat(result.getOutputTokens()).isEqualTo(4);
      assertThat(result.getPromptTokens()).isEqualTo(listener.started().join());
    }
  }

  @Test
  void shouldGiveLogprobsWhenAsked() {
    try (LlamaEngine engine = scripted("Hello")) {
      GeneratedChunk none = run(engine, ask().setLogprobs(true).build()).chunks().getFirst();
      GeneratedChunk seven =
          run(engine, ask().setLogprobs(true).setTopLogprobs(7).build()).chunks().getFirst();

      assertThat(none.getLogprobsList()).hasSize(1);
      assertThat(none.getLogprobs(0).getTopList()).isEmpty();
      assertThat(seven.getLogprobs(0).getTopList()).hasSize(7);
      assertThat(seven.getLogprobs(0).getText().toStringUtf8()).isEqualTo("Hello");
    }
  }

  @Test
  void shouldNeverLeakAStopStringSplitOverTokens() {
    try (LlamaEngine engine = scripted("Hello", " ST", "O", "P", " rest")) {
      CollectingListener listener = run(engine, ask().addStop("STOP").build());

      assertThat(texts(listener)).containsExactly("Hello", " ");
      assertThat(listener.tokens()).containsExactly(262, 263, 264, 265);
      assertThat(listener.await().getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);

      CollectingListener other = run(engine, ask().addStop("STOPPED").build());
      assertThat(texts(other)).containsExactly("Hello", " STOP rest", "");
    }
  }

  @Test
  void shouldNeverCutACharacter() {
    try (LlamaEngine engine = scripted("a", "<0xE2>", "<0x82>", "<0xAC>", "b")) {
      assertThat(texts(run(engine, ask().build()))).containsExactly("a", "€", "b", "");

      CollectingListener cut = run(engine, ask().setMaxTokens(3).build());
      assertThat(texts(cut)).containsExactly("a", "");
      assertThat(cut.tokens()).hasSize(3);
      assertThat(cut.await().getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
    }
  }

  @Test
  void shouldContinueFromEveryDeliveredPrefix() {
    try (LlamaEngine engine =
        scripted("one", " <", "E", "N", " two", "<0xC3>", "<0xA9>", " three")) {
      GenerationSpec spec = ask().addStop("<END>").setMaxTokens(20).build();
      CollectingListener whole = run(engine, spec);
      List<GeneratedChunk> chunks = whole.chunks();
      assertThat(whole.text()).isEqualTo("one <EN two\u00e9 three");

      for (int delivered = 0; delivered <= chunks.size(); delivered++) {
        CollectingListener rest = run(engine, spec, prefix(chunks.subList(0, delivered)));
        assertThat(rest.chunks()).isEqualTo(chunks.subList(delivered, chunks.size()));
        assertThat(rest.await().getOutputTokens()).isEqualTo(whole.await().getOutputTokens());
        assertThat(rest.await().getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
      }
    }
  }

  @Test
  void shouldSeeThatAPrefixIsTheWholeAnswer() {
    try (LlamaEngine engine = scripted("one", "ST", "OP", "two")) {
      for (GenerationSpec spec :
          List.of(ask().addStop("STOP").build(), ask().setMaxTokens(2).build())) {
        CollectingListener whole = run(engine, spec);
        CollectingListener again = run(engine, spec, prefix(whole.chunks()));
        assertThat(again.chunks()).isEmpty();
        assertThat(again.await().getReason()).isEqualTo(whole.await().getReason());
        assertThat(again.await().getOutputTokens()).isEqualTo(whole.await().getOutputTokens());
      }
    }
  }

  @Test
  void shouldRefuseAPrefixThatDoesNotFit() {
    try (LlamaEngine engine = scripted("one", "two")) {
      assertKind(
          Kind.BAD_REQUEST,
          "prefix",
          engine,
          ask().build(),
          new OutputPrefix(List.of(262), "x", 1));
      assertKind(
          Kind.BAD_REQUEST,
          "token: 999999",
          engine,
          ask().build(),
          new OutputPrefix(List.of(999999), "x", 1));
      assertKind(
          Kind.BAD_REQUEST,
          "token: 4294967295",
          engine,
          ask().build(),
          new OutputPrefix(List.of(-1), "x", 1));
      assertKind(
          Kind.BAD_REQUEST,
          "after the output's end",
          engine,
          ask().build(),
          new OutputPrefix(List.of(TinyModels.END, 262), "one", 1));
    }
  }

  private static void assertKind(
      Kind kind, String message, LlamaEngine engine, GenerationSpec spec, OutputPrefix prefix) {
    CollectingListener listener = TinyEngines.start(engine, spec, prefix);
    assertThatThrownBy(listener::await)
        .cause()
        .isInstanceOfSatisfying(
            EngineException.class, error -> assertThat(error.kind()).isEqualTo(kind))
        .hasMessageContaining(message);
    assertThat(listener.chunks()).isEmpty();
  }

  @Test
  void shouldPauseWithoutDemandWhileOthersGoOn() {
    try (LlamaEngine engine = scripted("a", "b", "c", "d")) {
      CompletableFuture<Void> two = new CompletableFuture<>();
      CollectingListener paused =
          new CollectingListener(
              chunk -> {
                if (chunk.getSeq() == 1) {
                  two.complete(null);
                }
              });
      Generation generation = engine.generate(ask().build(), OutputPrefix.NONE, paused);
      generation.request(2);
      two.orTimeout(60, TimeUnit.SECONDS).join();

      for (int i = 0; i < 3; i++) {
        assertThat(run(engine, ask().build()).text()).isEqualTo("abcd");
      }
      assertThat(paused.text()).isEqualTo("ab");

      generation.request(Long.MAX_VALUE);
      generation.request(Long.MAX_VALUE);
      paused.await();
      assertThat(paused.text()).isEqualTo("abcd");
    }
  }

  @Test
  void shouldCancelWithinOneToken() {
    try (LlamaEngine engine = scripted("a", "b", "c", "d")) {
      CompletableFuture<Generation> running = new CompletableFuture<>();
      CollectingListener listener =
          new CollectingListener(
              chunk -> {
                if (chunk.getSeq() == 1) {
                  running.join().cancel();
                }
              });
      Generation generation = engine.generate(ask().build(), OutputPrefix.NONE, listener);
      running.complete(generation);
      generation.request(Long.MAX_VALUE);

      assertThat(listener.await().getReason()).isEqualTo(FinishReason.FINISH_REASON_CANCELLED);
      assertThat(listener.text()).isEqualTo("ab");
      assertThat(listener.await().getOutputTokens()).isEqualTo(2);
    }
  }

  @Test
  void shouldSurviveAListenerThatThrows() {
    try (LlamaEngine engine = scripted("a", "b")) {
      CollectingListener broken =
          new CollectingListener(
              chunk -> {
                throw new IllegalStateException("boom");
              });
      engine.generate(ask().build(), OutputPrefix.NONE, broken).request(9);
      assertThatThrownBy(broken::await).hasMessageContaining("boom");
      assertThat(run(engine, ask().build()).text()).isEqualTo("ab");
    }
  }

  @Test
  void shouldBeBusyBeyondSlotsAndQueue() {
    Path weights = TinyModels.scripted(folder.resolve("busy.gguf"), "a", "b");
    try (LlamaEngine engine =
        LlamaEngine.open(options(weights).withSize(TinyModels.CONTEXT, 1).withMaxQueued(1))) {
      CollectingListener first = new CollectingListener();
      Generation running = engine.generate(ask().build(), OutputPrefix.NONE, first);
      CollectingListener second = TinyEngines.start(engine, ask().build(), OutputPrefix.NONE);
      assertKind(Kind.BUSY, "1 slots", engine, ask().build(), OutputPrefix.NONE);

      running.request(9);
      first.await();
      second.await();
      assertThat(run(engine, ask().build()).text()).isEqualTo("ab");
    }
  }

  @Test
  void shouldEndRunningWorkWhenClosed() {
    LlamaEngine engine = scripted("a", "b");
    CollectingListener paused = new CollectingListener();
    engine.generate(ask().build(), OutputPrefix.NONE, paused);
    engine.close();
    assertThatThrownBy(paused::await).hasMessageContaining("closed");
    assertKind(Kind.CLOSED, "closed", engine, ask().build(), OutputPrefix.NONE);
    assertThatThrownBy(() -> engine.score(ask().build(), List.of(262), 0).join())
        .hasMessageContaining("closed");
    engine.close();
  }

  @Test
  void shouldKeepToAFilter() {
    List<Integer> accepted = new ArrayList<>();
    LogitFilter.Factory onlyDigits =
        (constraint, vocabulary) ->
            new LogitFilter() {
              @Override
              public boolean allows(int token) {
                int next = accepted.size();
                return token == (next < 3 ? TinyModels.byteToken('1' + next) : TinyModels.END);
              }

              @Override
              public void accept(int token) {
                accepted.add(token);
              }
            };
    GenerationSpec spec =
        ask()
            .setConstraint(
                OutputConstraint.newBuilder().setKind(OutputConstraint.Kind.KIND_JSON_OBJECT))
            .build();
    Path weights = TinyModels.scripted(folder.resolve("filtered.gguf"), "a", "b");
    try (LlamaEngine engine = LlamaEngine.open(options(weights).withConstraints(onlyDigits))) {
      assertThat(run(engine, spec).text()).isEqualTo("123");
      assertThat(accepted).hasSize(4);
      accepted.clear();
      run(engine, spec, new OutputPrefix(List.of(TinyModels.byteToken('1')), "1", 1));
      assertThat(accepted).hasSize(4);
    }
    try (LlamaEngine engine =
        LlamaEngine.open(
            options(weights)
                .withConstraints(
                    (constraint, vocabulary) ->
                        new LogitFilter() {
                          @Override
                          public boolean allows(int token) {
                            return false;
                          }

                          @Override
                          public void accept(int token) {}
                        }))) {
      assertKind(Kind.INTERNAL, "allows no token", engine, spec, OutputPrefix.NONE);
    }
    // Without a filter of its own an engine holds output to JSON, against the model's will.
    try (LlamaEngine engine = LlamaEngine.open(options(weights))) {
      assertThat(run(engine, spec).text()).startsWith("{");
    }
  }

  @Test
  void shouldServePlainTextWhenItsChatTemplateCannotBeUsed() {
    Path weights = TinyModels.scripted(folder.resolve("template.gguf"), "a", "b");
    try (LlamaEngine engine =
        LlamaEngine.open(options(weights).withChatTemplate("{% include 'x' %}"))) {
      assertKind(Kind.BAD_REQUEST, "not supported", engine, ask().build(), OutputPrefix.NONE);
      assertThat(run(engine, Specs.text(MODEL, "go").build()).text()).isEqualTo("ab");
    }
  }

  @Test
  void shouldRenderWithATemplateOfNoKnownStyle() {
    Path weights = TinyModels.scripted(folder.resolve("odd.gguf"), "a", "b");
    String template = "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}</s>";
    try (LlamaEngine engine = LlamaEngine.open(options(weights).withChatTemplate(template))) {
      CollectingListener listener = run(engine, Specs.chat(MODEL, "</s>go").build());
      assertThat(listener.text()).isEqualTo("ab");
      // One token each of [user], of </s> in the message, and of go; one for the template's </s>.
      assertThat(listener.await().getPromptTokens()).isEqualTo(6 + 4 + 2 + 1);
    }
  }

  @Test
  void shouldHonourLogitBias() {
    try (LlamaEngine engine = scripted("a", "b")) {
      GenerationSpec spec =
          ask().setSampling(Specs.greedy().putLogitBias(262, -100).putLogitBias(263, 1)).build();
      assertThat(run(engine, spec).text()).isEqualTo("b");
    }
  }
}
