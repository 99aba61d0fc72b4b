package io.myelin.engine.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Which workers run for nodes of other classes, and when. */
final class ClassCheckersTest {
  private static final String MODEL = "tiny";
  private static final String MISSING = "zen4";

  private final List<String> open = new ArrayList<>();
  private final List<String> opened = new ArrayList<>();
  private final ClassCheckers checkers =
      new ClassCheckers(Set.of("haswell", "sandybridge", "sse42", MISSING), this::open, 2);

  private static String classOf(String variant) {
    return "llama.cpp-v1/cpu-" + variant + "/bf16/rule-1";
  }

  private InferenceEngine open(String model, String variant) {
    if (variant.equals(MISSING)) {
      opened.add(variant);
      throw new EngineException(EngineException.Kind.BAD_REQUEST, "not on this processor");
    }
    open.add(variant);
    opened.add(variant);
    return new Scripted(model, variant);
  }

  private boolean has(String equivalenceClass) {
    return checkers.forClass(MODEL, equivalenceClass).isPresent();
  }

  @Test
  void shouldRunTwoAtMostAndEndTheOneThatWasNotAskedForLongest() {
    assertThat(opened).isEmpty();
    assertThat(has(classOf("haswell"))).isTrue();
    assertThat(has(classOf("sandybridge"))).isTrue();
    assertThat(has(classOf("haswell"))).isTrue();
    assertThat(open).containsExactly("haswell", "sandybridge");
    assertThat(has(classOf("sse42"))).isTrue();
    assertThat(open).containsExactly("haswell", "sse42");
    checkers.close();
    assertThat(open).isEmpty();
    assertThat(has(classOf("haswell"))).isFalse();
  }

  @Test
  void shouldStartNothingForClassesThatAreMadeUp() {
    assertThat(has("llama.cpp-v9/cpu-haswell/bf16/rule-1")).isFalse();
    assertThat(has("llama.cpp-v8/cpu-haswell/bf16/rule-1")).isFalse();
    assertThat(has(classOf(MISSING))).isFalse();
    assertThat(has(classOf(MISSING))).isFalse();
    assertThat(has("gpu")).isFalse();
    assertThat(opened).containsExactly("haswell", MISSING);
    assertThat(has(classOf("haswell"))).isTrue();
    assertThat(opened).containsExactly("haswell", MISSING);
  }

  /** Has a class, and computes nothing. */
  private final class Scripted implements InferenceEngine {
    private final String model;
    private final String variant;

    Scripted(String model, String variant) {
      this.model = model;
      this.variant = variant;
    }

    @Override
    public List<EngineModel> models() {
      return List.of(new EngineModel(model, "", 64, 64, 1, classOf(variant), false));
    }

    @Override
    public Generation generate(
        GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
      throw new IllegalStateException("asked to generate (expected: nothing)");
    }

    @Override
    public CompletableFuture<Score> score(
        GenerationSpec spec, List<Integer> outputTokens, int top) {
      throw new IllegalStateException("asked to score (expected: nothing)");
    }

    @Override
    public CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec) {
      throw new IllegalStateException("asked to embed (expected: nothing)");
    }

    @Override
    public void close() {
      open.remove(variant);
    }
  }
}
