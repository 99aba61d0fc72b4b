package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.catalogue.ModelEntry;
import io.myelin.engine.catalogue.ModelOrigin;
import io.myelin.engine.local.ModelEngines;
import io.myelin.engine.worker.WorkerEngine;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model of the catalogue whose file, if it has one, is on this machine. */
public final class EngineSource {
  private final ModelEntry entry;
  private final Optional<Path> weights;

  private EngineSource(ModelEntry entry, Optional<Path> weights) {
    this.entry = entry;
    this.weights = weights;
  }

  /**
   * Fetches the model's file when it is not here.
   *
   * @param modelId an id of the catalogue, or null for the default model
   */
  public static EngineSource prepare(@Nullable String modelId, FetchProgress progress) {
    ModelCatalogue catalogue = ModelCatalogue.ofThisUser();
    ModelEntry entry = modelId == null ? ModelCatalogue.DEFAULT_MODEL : catalogue.require(modelId);
    boolean elsewhere = entry.origin() instanceof ModelOrigin.Upstream;
    return new EngineSource(
        entry,
        elsewhere ? Optional.empty() : Optional.of(catalogue.store().fetch(entry, progress)));
  }

  /** The model's id. */
  public String modelId() {
    return entry.id();
  }

  /**
   * Opens an engine on it.
   *
   * @param slots tasks it runs at once
   * @param threads native threads it computes with
   */
  public InferenceEngine open(int slots, int threads) {
    return entry.origin() instanceof ModelOrigin.Upstream upstream
        ? ModelEngines.upstream(entry, upstream, System.getenv(), slots)
        : worker(slots, threads);
  }

  /** Starts a worker process on it. */
  public WorkerEngine worker(int slots, int threads) {
    return ModelEngines.worker(
        entry,
        weights.orElseThrow(
            () ->
                new CommandException(
                    "model " + entry.id() + " runs at another server and needs no worker")),
        root(),
        slots,
        threads);
  }

  /** Where the launcher found this installation; holds {@code node_modules}. */
  public static Path root() {
    return Path.of(System.getProperty("myelin.root", "."));
  }
}
