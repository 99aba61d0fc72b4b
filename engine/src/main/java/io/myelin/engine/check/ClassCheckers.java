package io.myelin.engine.check;

import io.myelin.engine.EngineException;
import io.myelin.engine.calibrate.Workbench;
import io.myelin.engine.worker.WorkerEngine;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checkers of one model for nodes of other equivalence classes, as far as this processor can run
 * their CPU variant: each in a worker process of its own, started when it is first asked for. May
 * be used from any thread.
 */
public final class ClassCheckers implements AutoCloseable {
  private static final Pattern CLASS =
      Pattern.compile(
          "llama\\.cpp-v[0-9.]{1,16}/cpu-([a-z0-9]{1,24})/bf16/rule-[0-9]{1,4}(?:/chatml)?");

  private final Workbench bench;
  private final Path weights;
  private final int threads;
  private final Map<String, Optional<WorkerEngine>> engines = new HashMap<>();
  private boolean closed;

  /**
   * For one model.
   *
   * @param bench opens engines
   * @param weights the model's file
   * @param threads native threads of each checker
   */
  public ClassCheckers(Workbench bench, Path weights, int threads) {
    this.bench = bench;
    this.weights = weights;
    this.threads = threads;
  }

  /**
   * A checker whose numbers must be those of nodes of a class, bit for bit. The first call for a
   * class waits until its worker has loaded the model.
   *
   * @return empty when the class is of another engine or version, is inexact, or its variant cannot
   *     run here
   */
  public synchronized Optional<WorkChecker> forClass(String equivalenceClass) {
    Matcher parts = CLASS.matcher(equivalenceClass);
    if (closed || !parts.matches() || !bench.variants().contains(parts.group(1))) {
      return Optional.empty();
    }
    return engines
        .computeIfAbsent(equivalenceClass, wanted -> open(wanted, parts.group(1)))
        .map(PrefillChecker::new);
  }

  private Optional<WorkerEngine> open(String wanted, String variant) {
    WorkerEngine engine;
    try {
      engine = bench.open(weights, Optional.of(variant), 1, threads);
    } catch (EngineException e) {
      if (e.kind() == EngineException.Kind.BAD_REQUEST) {
        return Optional.empty();
      }
      throw e;
    }
    if (engine.models().getFirst().equivalenceClass().equals(wanted)) {
      return Optional.of(engine);
    }
    engine.close();
    return Optional.empty();
  }

  /** Ends the workers. */
  @Override
  public synchronized void close() {
    closed = true;
    engines.values().forEach(engine -> engine.ifPresent(WorkerEngine::close));
    engines.clear();
  }
}
