package io.myelin.cli.node;

import io.myelin.engine.EngineException;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.catalogue.ModelEntry;
import io.myelin.engine.catalogue.ModelOrigin;
import io.myelin.engine.check.ClassCheckers;
import io.myelin.engine.local.EngineSet;
import io.myelin.engine.local.ModelEngines;
import io.myelin.engine.local.SmallerCopy;
import io.myelin.protocol.ids.Digest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Models of the catalogue whose files, where they have some, are on this machine. */
public final class EngineSource {
  private final Map<ModelEntry, Optional<Path>> models;

  private EngineSource(Map<ModelEntry, Optional<Path>> models) {
    this.models = models;
  }

  /**
   * Fetches the models' files when they are not here.
   *
   * @param modelIds ids of the catalogue; none for the default models
   */
  public static EngineSource prepare(List<String> modelIds, FetchProgress progress) {
    ModelCatalogue catalogue = ModelCatalogue.ofThisUser();
    Map<ModelEntry, Optional<Path>> models = new LinkedHashMap<>();
    for (ModelEntry entry : catalogue.requireAll(modelIds)) {
      models.put(
          entry,
          entry.format() == ModelEntry.Format.REMOTE
              ? Optional.empty()
              : Optional.of(catalogue.store().fetch(entry, progress)));
    }
    return new EngineSource(models);
  }

  /** The models' ids. */
  public List<String> modelIds() {
    return models.keySet().stream().map(ModelEntry::id).toList();
  }

  /** As a subnet lists a model's weights. */
  public Digest weightsOf(String modelId) {
    return models.keySet().stream()
        .filter(entry -> entry.id().equals(modelId))
        .findFirst()
        .orElseThrow()
        .weightsDigest();
  }

  /** The first model that generates text, as far as the catalogue knows. */
  public Optional<String> textModel() {
    return models.keySet().stream()
        .filter(entry -> entry.format() != ModelEntry.Format.ONNX)
        .map(ModelEntry::id)
        .findFirst();
  }

  /**
   * Opens an engine on all of them, side by side.
   *
   * @param slots tasks it runs at once
   * @param threads native threads it computes text with
   */
  public EngineSet open(int slots, int threads) {
    List<CompletableFuture<InferenceEngine>> opening = new ArrayList<>();
    models.forEach(
        (entry, weights) ->
            opening.add(
                CompletableFuture.supplyAsync(
                    () -> open(entry, weights, slots, threads),
                    task -> Thread.ofPlatform().name("open-" + entry.id()).daemon().start(task))));
    List<InferenceEngine> engines = new ArrayList<>();
    EngineException failure = null;
    for (CompletableFuture<InferenceEngine> one : opening) {
      try {
        engines.add(one.join());
      } catch (CompletionException e) {
        failure =
            e.getCause() instanceof EngineException known
                ? known
                : new EngineException(
                    EngineException.Kind.INTERNAL, String.valueOf(e.getCause()), e);
      }
    }
    if (failure != null) {
      engines.forEach(InferenceEngine::close);
      throw failure;
    }
    return new EngineSet(engines);
  }

  /**
   * Opens an engine on a smaller copy of the first text model: for a node that cheats.
   *
   * @param type how the copy's weights are stored
   * @param folder where the copy is made
   */
  public InferenceEngine copy(String type, Path folder, int slots, int threads) {
    for (Map.Entry<ModelEntry, Optional<Path>> model : models.entrySet()) {
      if (model.getKey().format() == ModelEntry.Format.GGUF) {
        return SmallerCopy.open(
            model.getKey(), model.getValue().orElseThrow(), type, root(), folder, slots, threads);
      }
    }
    throw new EngineException(
        EngineException.Kind.BAD_REQUEST,
        "substitute:" + type + ": none of " + modelIds() + " is a GGUF file (expected: one)");
  }

  /**
   * Checkers for nodes whose processors run other CPU variants than an engine here does. None runs
   * until it is asked for.
   *
   * @param threads native threads of each
   */
  public ClassCheckers otherClasses(int threads) {
    return new ClassCheckers(
        ModelEngines.variants(root()),
        (model, variant) -> variant(model, variant, threads),
        ClassCheckers.MOST_AT_ONCE);
  }

  private InferenceEngine variant(String modelId, String variant, int threads) {
    for (Map.Entry<ModelEntry, Optional<Path>> model : models.entrySet()) {
      if (model.getKey().id().equals(modelId) && model.getValue().isPresent()) {
        return ModelEngines.variant(
            model.getKey(), model.getValue().get(), root(), variant, 1, threads);
      }
    }
    throw new EngineException(
        EngineException.Kind.BAD_REQUEST, "model " + modelId + " has no file here");
  }

  private static InferenceEngine open(
      ModelEntry entry, Optional<Path> weights, int slots, int threads) {
    return entry.origin() instanceof ModelOrigin.Upstream upstream
        ? ModelEngines.upstream(entry, upstream, System.getenv(), slots)
        : ModelEngines.worker(
            entry, weights.orElseThrow(), root(), slots, threadsOf(entry, threads));
  }

  /**
   * Native threads that an engine computes with unless told otherwise: one core is left to all
   * else, since the threads wait for each other by spinning, and where one has to wait for a core
   * all do.
   */
  public static int usualThreads() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
  }

  /** Embeddings leave half of the cores to text, whose threads wait for each other. */
  private static int threadsOf(ModelEntry entry, int threads) {
    return entry.format() == ModelEntry.Format.ONNX ? Math.max(1, threads / 2) : threads;
  }

  /** Where the launcher found this installation; holds {@code node_modules}. */
  public static Path root() {
    return Path.of(System.getProperty("myelin.root", "."));
  }
}
