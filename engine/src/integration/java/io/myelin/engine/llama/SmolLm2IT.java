package io.myelin.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.engine.Generation;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The real model. */
class SmolLm2IT {
  private static LlamaEngine engine;

  @BeforeAll
  static void open() {
    engine =
        LlamaEngine.open(
            LlamaOptions.of(
                    TestModels.SMOLLM2, TestModels.smolLm2(), TestModels.libraries())
                .withSha256(ModelCatalogue.DEFAULT_MODEL.sha256())
                .withSize(1024, 8)
                .withThreads(1));
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  private static CollectingListener run(GenerationSpec spec) {
    CollectingListener listener = new CollectingListener();
    Generation generation = engine.generate(spec, OutputPrefix.NONE, listener);
    generation.request(Long.MAX_VALUE);
    listener.await();
    return listener;
  }

  @Test
  void shouldAnswerParis() {
    CollectingListener listener =
        run(Specs.chat(TestModels.SMOLLM2, "What is the capital of France?").build());
    GenerationResult result = listener.await();
    assertThat(listener.text()).isEqualTo("The capital of France is Paris.");
    assertThat(result.getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(result.getOutputTokens()).isEqualTo(listener.tokens().size());
  }
}
