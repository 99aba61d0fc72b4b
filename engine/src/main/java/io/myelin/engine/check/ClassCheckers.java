package io.myelin.engine.check;

import io.myelin.engine.EngineException;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.calibrate.Workbench;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checkers for nodes of other equivalence classes, as far as this processor can run their CPU
 * variant: each in a worker process of its own, started when it is first asked for. Few run at
 * once: the one that was not asked for longest ends for another. May be used from any thread.
 */
public final class ClassCheckers implements AutoCloseable {
  /** Workers that run at once, unless told otherwise. */
  public static final int MOST_AT_ONCE = 2;

  private static final Pattern CLASS =
      Pattern.compile(
          "llama\\.cpp-v[0-9.]{1,16}/cpu-([a-z0-9]{1,24})/bf16/rule-[0-9]{1,4}(?:/chatml)?");

  private final Set<String> variants;
  private final Opener opener;
  private final int mostAtOnce;

  /** The one that was not asked for longest first. */
  private final Map<Place, InferenceEngine> engines = new LinkedHashMap<>(4, 0.75f, true);

  /** What each turned out to be; empty for a variant that cannot run here. */
  private final Map<Place, Optional<String>> classes = new HashMap<>();

  private boolean closed;

  private record Place(String model, String variant) {}

  /** Starts engines. */
  public interface Opener {
    /**
     * Opens an engine on a model with a CPU variant.
     *
     * @throws EngineException BAD_REQUEST when this processor cannot run the variant
     */
    InferenceEngine open(String model, String variant);
  }

  /**
   * For one model.
   *
   * @param bench opens engines
   * @param weights the model's file
   * @param threads native threads of each checker
   */
  public ClassCheckers(Workbench bench, Path weights, int threads) {
    this(
        bench.variants(),
        (_, variant) -> bench.open(weights, Optional.of(variant), 1, threads),
        MOST_AT_ONCE);
  }

  /**
   * For any models, however they are opened.
   *
   * @param variants CPU variants whose library is here
   * @param mostAtOnce engines that are open at the same time
   */
  public ClassCheckers(Set<String> variants, Opener opener, int mostAtOnce) {
    if (mostAtOnce < 1) {
      throw new IllegalArgumentException("mostAtOnce: " + mostAtOnce + " (expected: >= 1)");
    }
    this.variants = Set.copyOf(variants);
    this.opener = opener;
    this.mostAtOnce = mostAtOnce;
  }

  /**
   * A checker whose numbers must be those of nodes of a class, bit for bit. The first call for a
   * class waits until its worker has loaded the model.
   *
   * @param model its id
   * @return empty when the class is of another engine or version, is inexact, or its variant cannot
   *     run here
   */
  public synchronized Optional<WorkChecker> forClass(String model, String equivalenceClass) {
    Matcher parts = CLASS.matcher(equivalenceClass);
    if (closed || !parts.matches() || !variants.contains(parts.group(1))) {
      return Optional.empty();
    }
    Place place = new Place(model, parts.group(1));
    Optional<String> here = classes.get(place);
    // Of a variant there is one class here: whoever makes up others starts no worker for each.
    if (here != null && !here.equals(Optional.of(equivalenceClass))) {
      return Optional.empty();
    }
    @Nullable InferenceEngine known = engines.get(place);
    if (known == null) {
      while (engines.size() >= mostAtOnce) {
        Iterator<InferenceEngine> eldest = engines.values().iterator();
        eldest.next().close();
        eldest.remove();
      }
      known = open(place).orElse(null);
    }
    return Optional.ofNullable(known)
        .filter(engine -> classOf(engine).equals(equivalenceClass))
        .map(PrefillChecker::new);
  }

  private Optional<InferenceEngine> open(Place place) {
    InferenceEngine engine;
    try {
      engine = opener.open(place.model(), place.variant());
    } catch (EngineException e) {
      if (e.kind() == EngineException.Kind.BAD_REQUEST) {
        classes.put(place, Optional.empty());
        return Optional.empty();
      }
      throw e;
    }
    classes.put(place, Optional.of(classOf(engine)));
    engines.put(place, engine);
    return Optional.of(engine);
  }

  private static String classOf(InferenceEngine engine) {
    return engine.models().getFirst().equivalenceClass();
  }

  /** Ends the workers. */
  @Override
  public synchronized void close() {
    closed = true;
    engines.values().forEach(InferenceEngine::close);
    engines.clear();
  }
}
