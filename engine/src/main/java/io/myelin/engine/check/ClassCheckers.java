package io.myelin.engine.check;

import io.myelin.engine.EngineException;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.calibrate.Workbench;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
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

  /** How long one that is to be opened waits for another's end. */
  private static final int ROOM_SECONDS = 30;

  /**
   * A class has its worker started once in so long: whoever claims one class after another has none
   * restarted again and again, and one that cannot be loaded is not tried without end.
   */
  public static final Duration START_PAUSE = Duration.ofMinutes(3);

  private static final Pattern CLASS =
      Pattern.compile(
          "llama\\.cpp-v[0-9.]{1,16}/cpu-([a-z0-9]{1,24})/bf16/rule-[0-9]{1,4}(?:/chatml)?");

  private final Set<String> variants;
  private final Opener opener;
  private final int mostAtOnce;
  private final LongSupplier nanos;

  /** Workers there may be, one of them for a check that is not done with it yet. */
  private final Semaphore alive;

  /** The one that was not asked for longest first. */
  private final Map<Place, Held> engines = new LinkedHashMap<>(4, 0.75f, true);

  /** What each turned out to be; empty for a variant that cannot run here. */
  private final Map<Place, Optional<String>> classes = new HashMap<>();

  private final Map<Place, Long> startedNanos = new HashMap<>();

  private boolean closed;

  /** An engine that is open or being opened, and how many checks it is busy with. */
  private static final class Held {
    private final CompletableFuture<InferenceEngine> engine = new CompletableFuture<>();
    private int uses;
    private boolean retired;
  }

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
    this(variants, opener, mostAtOnce, System::nanoTime);
  }

  /** As above, by this clock. */
  ClassCheckers(Set<String> variants, Opener opener, int mostAtOnce, LongSupplier nanos) {
    if (mostAtOnce < 1) {
      throw new IllegalArgumentException("mostAtOnce: " + mostAtOnce + " (expected: >= 1)");
    }
    this.variants = Set.copyOf(variants);
    this.opener = opener;
    this.mostAtOnce = mostAtOnce;
    this.nanos = nanos;
    this.alive = new Semaphore(mostAtOnce + 1);
  }

  /**
   * A checker whose numbers must be those of nodes of a class, bit for bit. The first call for a
   * class waits until its worker has loaded the model; calls for other classes do not.
   *
   * @param model its id
   * @return empty when the class is of another engine or version, is inexact, or its variant cannot
   *     run here
   * @throws EngineException when the engine cannot be opened now, or was a moment ago
   */
  public Optional<WorkChecker> forClass(String model, String equivalenceClass) {
    Matcher parts = CLASS.matcher(equivalenceClass);
    if (!parts.matches() || !variants.contains(parts.group(1))) {
      return Optional.empty();
    }
    Place place = new Place(model, parts.group(1));
    Held held;
    boolean isNew;
    List<Held> idle = new ArrayList<>();
    synchronized (this) {
      Optional<String> here = classes.get(place);
      // Of a variant there is one class here: whoever makes up others starts no worker for each.
      if (closed || (here != null && !here.equals(Optional.of(equivalenceClass)))) {
        return Optional.empty();
      }
      @Nullable Held known = engines.get(place);
      isNew = known == null;
      held = known == null ? new Held() : known;
      if (isNew) {
        requirePause(place);
        makeRoom(idle);
        engines.put(place, held);
        startedNanos.put(place, nanos.getAsLong());
      }
      held.uses++;
    }
    idle.forEach(this::end);
    try {
      if (isNew) {
        open(place, held);
      }
      return Optional.of(opened(held))
          .filter(engine -> classOf(engine).equals(equivalenceClass))
          .map(_ -> new Leased(model, equivalenceClass, held));
    } catch (NotHere e) {
      return Optional.empty();
    } finally {
      release(held);
    }
  }

  /** With the lock: refuses a class whose worker was started a moment ago and has ended since. */
  private void requirePause(Place place) {
    Long before = startedNanos.get(place);
    if (before != null && nanos.getAsLong() - before < START_PAUSE.toNanos()) {
      throw new EngineException(
          EngineException.Kind.BUSY,
          "a checker of %s for %s was started less than %d s ago; ask again"
              .formatted(place.model(), place.variant(), START_PAUSE.toSeconds()));
    }
  }

  /** With the lock: ends the one that was not asked for longest, but none that is being opened. */
  private void makeRoom(List<Held> idle) {
    Iterator<Held> eldest = engines.values().iterator();
    while (engines.size() >= mostAtOnce && eldest.hasNext()) {
      Held ending = eldest.next();
      if (ending.engine.isDone()) {
        eldest.remove();
        retire(ending, idle);
      }
    }
    if (engines.size() >= mostAtOnce) {
      throw new EngineException(
          EngineException.Kind.BUSY, "checkers of " + mostAtOnce + " other classes are opening");
    }
  }

  /** This processor cannot run the variant. */
  private static final class NotHere extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static InferenceEngine opened(Held held) {
    try {
      return held.engine.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException why) {
        throw why;
      }
      throw e;
    }
  }

  /** Waits for one of the workers that there may be. */
  private boolean takesRoom() {
    try {
      return alive.tryAcquire(ROOM_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void open(Place place, Held held) {
    if (!takesRoom()) {
      synchronized (this) {
        engines.remove(place, held);
        startedNanos.remove(place);
      }
      held.engine.completeExceptionally(
          new EngineException(
              EngineException.Kind.BUSY, "checkers of other classes that end are still busy"));
      return;
    }
    InferenceEngine engine = null;
    try {
      engine = opener.open(place.model(), place.variant());
      synchronized (this) {
        classes.put(place, Optional.of(classOf(engine)));
      }
      held.engine.complete(engine);
    } catch (RuntimeException | Error e) {
      if (engine != null) {
        engine.close();
      }
      alive.release();
      boolean cannot =
          e instanceof EngineException refused
              && refused.kind() == EngineException.Kind.BAD_REQUEST;
      synchronized (this) {
        engines.remove(place, held);
        if (cannot) {
          classes.put(place, Optional.empty());
        }
      }
      held.engine.completeExceptionally(cannot ? new NotHere() : e);
    }
  }

  /** With the lock: no check may begin with it any more. */
  private static void retire(Held held, List<Held> idle) {
    held.retired = true;
    if (held.uses == 0) {
      idle.add(held);
    }
  }

  private void release(Held held) {
    boolean last;
    synchronized (this) {
      held.uses--;
      last = held.retired && held.uses == 0;
    }
    if (last) {
      // Not on the engine's own thread, which may be the one that ended a check.
      Thread.ofVirtual().name("class-checker-end").start(() -> end(held));
    }
  }

  private void end(Held held) {
    if (held.engine.isDone() && !held.engine.isCompletedExceptionally()) {
      try {
        held.engine.join().close();
      } finally {
        alive.release();
      }
    }
  }

  /** Keeps its engine open while it checks; one that has ended meanwhile is opened anew. */
  private final class Leased implements WorkChecker {
    private final String model;
    private final String equivalenceClass;
    private final Held held;

    Leased(String model, String equivalenceClass, Held held) {
      this.model = model;
      this.equivalenceClass = equivalenceClass;
      this.held = held;
    }

    @Override
    public CompletableFuture<WorkFinding> check(GenerationSpec spec, Evidence evidence) {
      return check(spec, evidence, GenerationResult.getDefaultInstance());
    }

    @Override
    public CompletableFuture<WorkFinding> check(
        GenerationSpec spec, Evidence evidence, GenerationResult claimed) {
      boolean over;
      synchronized (ClassCheckers.this) {
        over = held.retired;
        held.uses += over ? 0 : 1;
      }
      if (over) {
        return forClass(model, equivalenceClass)
            .map(again -> again.check(spec, evidence, claimed))
            .orElseGet(
                () ->
                    CompletableFuture.failedFuture(
                        new EngineException(
                            EngineException.Kind.BUSY, "the checker of the class has ended")));
      }
      CompletableFuture<WorkFinding> found;
      try {
        found = new PrefillChecker(opened(held)).check(spec, evidence, claimed);
      } catch (RuntimeException e) {
        found = CompletableFuture.failedFuture(e);
      }
      var _ = found.whenComplete((_, _) -> release(held));
      return found;
    }
  }

  private static String classOf(InferenceEngine engine) {
    return engine.models().getFirst().equivalenceClass();
  }

  /** Ends the workers, those that still check when they are done with that. */
  @Override
  public void close() {
    List<Held> idle = new ArrayList<>();
    synchronized (this) {
      closed = true;
      engines.values().forEach(held -> retire(held, idle));
      engines.clear();
    }
    idle.forEach(this::end);
  }
}
