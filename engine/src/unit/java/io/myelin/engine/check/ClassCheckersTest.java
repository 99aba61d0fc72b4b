package io.myelin.engine.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Which workers run for nodes of other classes, and when. */
final class ClassCheckersTest {
  private static final String MODEL = "tiny";
  private static final String MISSING = "zen4";
  private static final String LARGE = "alderlake";

  private final List<String> open = new CopyOnWriteArrayList<>();
  private final BlockingQueue<String> ended = new LinkedBlockingQueue<>();
  private final List<String> opened = new ArrayList<>();
  private final List<CompletableFuture<Score>> scoring = new ArrayList<>();
  private long nowNanos;
  private final ClassCheckers checkers =
      new ClassCheckers(
          Set.of("haswell", "sandybridge", "sse42", LARGE, MISSING), this::open, 2, () -> nowNanos);

  private static String classOf(String variant) {
    return "llama.cpp-v1/cpu-" + variant + "/bf16/rule-1";
  }

  private InferenceEngine open(String model, String variant) {
    if (variant.equals(MISSING)) {
      opened.add(variant);
      throw new EngineException(EngineException.Kind.BAD_REQUEST, "not on this processor");
    }
    if (variant.equals(LARGE)) {
      opened.add(variant);
      throw new EngineException(EngineException.Kind.OUT_OF_MEMORY, "no memory for the weights");
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

  @Test
  void shouldNotEndAnEngineThatIsCheckingUntilItHas() throws InterruptedException {
    WorkChecker busy = checkers.forClass(MODEL, classOf("haswell")).orElseThrow();
    CompletableFuture<WorkFinding> check =
        busy.check(
            GenerationSpec.newBuilder().setModel(MODEL).setText("x").setMaxTokens(1).build(),
            Evidence.newBuilder()
                .setEquivalenceClass(classOf("haswell"))
                .setWeightsDigest(ByteString.copyFrom(new byte[32]))
                .build(),
            GenerationResult.newBuilder().setPromptTokens(1).build());
    assertThat(check).isNotDone();
    assertThat(has(classOf("sandybridge"))).isTrue();
    assertThat(has(classOf("sse42"))).isTrue();
    assertThat(open).containsExactly("haswell", "sandybridge", "sse42");
    check.cancel(true);
    assertThat(ended.poll(10, TimeUnit.SECONDS)).isEqualTo("haswell");
    assertThat(open).containsExactly("sandybridge", "sse42");
    // What was a checker of it before is one again.
    nowNanos += ClassCheckers.START_PAUSE.toNanos();
    assertThat(scoring).allMatch(CompletableFuture::isCancelled).hasSize(1);
    CompletableFuture<WorkFinding> again =
        busy.check(
            GenerationSpec.newBuilder().setModel("other").build(), Evidence.newBuilder().build());
    assertThat(again).isCompletedWithValueMatching(WorkFinding.Undecided.class::isInstance);
    assertThat(opened).containsExactly("haswell", "sandybridge", "sse42", "haswell");
  }

  private void assertBusy(String variant) {
    assertThatThrownBy(() -> has(classOf(variant)))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.BUSY));
  }

  /** One after the other, again and again: each is started once in some minutes. */
  @Test
  void shouldNotStartAClassAgainAndAgain() {
    List<String> claimed = List.of("haswell", "sandybridge", "sse42");
    claimed.forEach(variant -> assertThat(has(classOf(variant))).isTrue());
    assertBusy("haswell");
    assertThat(has(classOf("sse42"))).isTrue();
    assertThat(opened).containsExactly("haswell", "sandybridge", "sse42");
    nowNanos += ClassCheckers.START_PAUSE.toNanos() - 1;
    assertBusy("haswell");
    nowNanos++;
    assertThat(has(classOf("haswell"))).isTrue();
    assertThat(opened).containsExactly("haswell", "sandybridge", "sse42", "haswell");
  }

  /** It may fit later: what is only measured now would be remembered as that. */
  @Test
  void shouldFailTheCheckWhereAWorkerDoesNotFit() {
    Evidence evidence =
        Evidence.newBuilder()
            .setEquivalenceClass(classOf(LARGE))
            .setWeightsDigest(ByteString.copyFrom(new byte[32]))
            .build();
    try (AnyClassChecker any = new AnyClassChecker(new Scripted(MODEL, "own"), checkers)) {
      for (EngineException.Kind expected :
          List.of(EngineException.Kind.OUT_OF_MEMORY, EngineException.Kind.BUSY)) {
        CompletableFuture<WorkFinding> check =
            any.check(GenerationSpec.newBuilder().setModel(MODEL).build(), evidence);
        assertThat(check)
            .failsWithin(10, TimeUnit.SECONDS)
            .withThrowableThat()
            .havingRootCause()
            .isInstanceOfSatisfying(
                EngineException.class, e -> assertThat(e.kind()).isEqualTo(expected));
      }
    }
    assertThat(opened).containsExactly(LARGE);
    assertThat(scoring).isEmpty();
  }

  /** Has a class, and never comes to an end. */
  private final class Scripted implements InferenceEngine {
    private final String model;
    private final String variant;

    Scripted(String model, String variant) {
      this.model = model;
      this.variant = variant;
    }

    @Override
    public List<EngineModel> models() {
      return List.of(new EngineModel(model, "00".repeat(32), 64, 64, 1, classOf(variant), false));
    }

    @Override
    public Generation generate(
        GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
      throw new IllegalStateException("asked to generate (expected: nothing)");
    }

    @Override
    public CompletableFuture<Score> score(
        GenerationSpec spec, List<Integer> outputTokens, int top) {
      CompletableFuture<Score> never = new CompletableFuture<>();
      scoring.add(never);
      return never;
    }

    @Override
    public CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec) {
      throw new IllegalStateException("asked to embed (expected: nothing)");
    }

    @Override
    public void close() {
      open.remove(variant);
      ended.add(variant);
    }
  }
}
