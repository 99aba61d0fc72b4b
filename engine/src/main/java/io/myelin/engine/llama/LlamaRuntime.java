package io.myelin.engine.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** llama.cpp, loaded and started once per process, with one CPU variant. */
@SuppressWarnings("restricted") // Loading native libraries is this class's one job.
final class LlamaRuntime {
  private static @Nullable LlamaRuntime instance;

  private final LlamaApi api;
  private final NativeLog log;
  private final NativeLibraries libraries;
  private final Path variant;
  private final String version;

  private LlamaRuntime(NativeLibraries libraries, Optional<String> wantedVariant) {
    this.libraries = libraries;
    this.log = new NativeLog();
    this.api = new LlamaApi(libraries.llama());
    try {
      MethodHandle accept =
          MethodHandles.lookup()
              .bind(
                  log,
                  "accept",
                  MethodType.methodType(
                      void.class, int.class, MemorySegment.class, MemorySegment.class));
      MemorySegment callback =
          Linker.nativeLinker()
              .upcallStub(
                  accept, FunctionDescriptor.ofVoid(JAVA_INT, ADDRESS, ADDRESS), Arena.global());
      api.callVoid("llama_log_set", callback, MemorySegment.NULL);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
    this.variant =
        wantedVariant
            .map(
                name ->
                    libraries
                        .variant(name)
                        .orElseThrow(
                            () ->
                                new EngineException(
                                    Kind.BAD_REQUEST,
                                    "CPU variant: %s (expected: one of %s)"
                                        .formatted(
                                            name,
                                            libraries.cpuVariants().stream()
                                                .map(NativeLibraries::variantName)
                                                .toList()))))
            .orElseGet(() -> best(libraries));
    if (score(variant) == 0) {
      throw new EngineException(
          Kind.BAD_REQUEST,
          "CPU variant: "
              + NativeLibraries.variantName(variant)
              + " (expected: one this CPU can run)");
    }
    try (Arena arena = Arena.ofConfined()) {
      if (api.callPointer("ggml_backend_load", arena.allocateFrom(variant.toString()))
          .equals(MemorySegment.NULL)) {
        throw new EngineException(Kind.INTERNAL, "cannot load " + variant + ": " + log.collected());
      }
      api.callVoid("llama_backend_init");
      String text = LlamaApi.string(api.callPointer("llama_version"));
      this.version = text == null ? "unknown" : text;
      Layouts.check(api.modelDefaults(arena), api.contextDefaults(arena), version);
    }
  }

  /**
   * The process's runtime, started on the first call.
   *
   * @param variant CPU variant to use instead of the best one this CPU can run
   */
  static synchronized LlamaRuntime start(NativeLibraries libraries, Optional<String> variant) {
    LlamaRuntime running = instance;
    if (running == null) {
      try {
        running = new LlamaRuntime(libraries, variant);
      } catch (IllegalArgumentException | UnsatisfiedLinkError e) {
        throw new EngineException(
            Kind.INTERNAL, "cannot load llama.cpp from " + libraries.llama() + ": " + e, e);
      }
      instance = running;
    } else if (!running.libraries.equals(libraries)
        || (variant.isPresent() && !variant.get().equals(running.variantName()))) {
      throw new EngineException(
          Kind.BAD_REQUEST,
          "llama.cpp already runs in this process as "
              + running.variantName()
              + " from "
              + running.libraries.llama()
              + " (expected: one variant per process)");
    }
    return running;
  }

  LlamaApi api() {
    return api;
  }

  NativeLog log() {
    return log;
  }

  String variantName() {
    return NativeLibraries.variantName(variant);
  }

  /** As the library says it, without a leading {@code v} and without what follows a dash. */
  String version() {
    String number = version.startsWith("v") ? version.substring(1) : version;
    int dash = number.indexOf('-');
    return dash < 0 ? number : number.substring(0, dash);
  }

  private static Path best(NativeLibraries libraries) {
    Path best = null;
    int highest = 0;
    for (Path candidate : libraries.cpuVariants()) {
      int score = score(candidate);
      if (score > highest) {
        highest = score;
        best = candidate;
      }
    }
    if (best == null) {
      throw new EngineException(
          Kind.INTERNAL, "no CPU variant beside " + libraries.llama() + " runs on this CPU");
    }
    return best;
  }

  /** How well a variant suits this CPU; 0 if it cannot run here. */
  private static int score(Path library) {
    try (Arena arena = Arena.ofConfined()) {
      Optional<MemorySegment> score =
          SymbolLookup.libraryLookup(library, arena).find("ggml_backend_score");
      if (score.isEmpty()) {
        return 1;
      }
      return (int)
          Linker.nativeLinker()
              .downcallHandle(score.get(), FunctionDescriptor.of(JAVA_INT))
              .invokeExact();
    } catch (IllegalArgumentException e) {
      return 0;
    } catch (Throwable e) {
      throw new AssertionError("a native call threw", e);
    }
  }
}
