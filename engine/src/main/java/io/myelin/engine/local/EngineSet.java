package io.myelin.engine.local;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.EngineModel;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** Several engines as one; each request goes to the engine of its model. */
public final class EngineSet implements InferenceEngine {
  private final List<InferenceEngine> engines;

  /**
   * Takes the engines over: closing the set closes them.
   *
   * @throws IllegalArgumentException when there is none, or two serve one model
   */
  public EngineSet(List<? extends InferenceEngine> engines) {
    this.engines = List.copyOf(engines);
    Set<String> ids = new HashSet<>();
    for (EngineModel model : models()) {
      if (!ids.add(model.id())) {
        throw new IllegalArgumentException(
            "engines: two serve " + model.id() + " (expected: one of each model)");
      }
    }
    if (ids.isEmpty()) {
      throw new IllegalArgumentException("engines: none (expected: at least one)");
    }
  }

  @Override
  public List<EngineModel> models() {
    List<EngineModel> all = new ArrayList<>();
    engines.forEach(engine -> all.addAll(engine.models()));
    return List.copyOf(all);
  }

  /**
   * Those of these engines that serve one of the models, as a set. Closing that closes them here.
   *
   * @throws IllegalArgumentException when none does
   */
  public EngineSet only(List<String> models) {
    return new EngineSet(
        engines.stream()
            .filter(engine -> engine.models().stream().anyMatch(m -> models.contains(m.id())))
            .toList());
  }

  /** What runs where, for people. */
  public String describe() {
    return engines.stream()
        .map(
            engine ->
                engine.models().stream().map(EngineModel::id).collect(Collectors.joining(", "))
                    + (engine instanceof WorkerEngine worker && worker.pid().isPresent()
                        ? " in worker process " + worker.pid().getAsLong()
                        : " at another server"))
        .collect(Collectors.joining(", "));
  }

  private Optional<InferenceEngine> serving(String model) {
    return engines.stream()
        .filter(engine -> engine.models().stream().anyMatch(served -> served.id().equals(model)))
        .findFirst();
  }

  private EngineException unknown(String model) {
    return new EngineException(
        Kind.UNKNOWN_MODEL,
        "model: "
            + model
            + " (expected: one of "
            + models().stream().map(EngineModel::id).toList()
            + ")");
  }

  @Override
  public Generation generate(
      GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
    Optional<InferenceEngine> engine = serving(spec.getModel());
    if (engine.isEmpty()) {
      Thread.ofVirtual()
          .name("myelin-refusal")
          .start(() -> listener.onError(unknown(spec.getModel())));
      return new Refused();
    }
    return engine.get().generate(spec, prefix, listener);
  }

  @Override
  public CompletableFuture<Score> score(GenerationSpec spec, List<Integer> outputTokens, int top) {
    return serving(spec.getModel())
        .map(engine -> engine.score(spec, outputTokens, top))
        .orElseGet(() -> CompletableFuture.failedFuture(unknown(spec.getModel())));
  }

  @Override
  public CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec) {
    return serving(spec.getModel())
        .map(engine -> engine.embed(spec))
        .orElseGet(() -> CompletableFuture.failedFuture(unknown(spec.getModel())));
  }

  @Override
  public void close() {
    engines.forEach(InferenceEngine::close);
  }

  private record Refused() implements Generation {
    @Override
    public void request(long chunks) {}

    @Override
    public void cancel() {}
  }
}
