package io.myelin.engine.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * Makes other models of a model with llama.cpp's own quantiser: what a cheat would run, and what
 * benches and calibration compare. Native code, so for worker processes, benches and tests.
 */
public final class Quantizer {
  private static final int SUCCESS = 0;

  /** How weights are stored. Larger files lose less. */
  public enum Type {
    /** 2.6 bits a weight. */
    Q2_K(10),
    /** 3.9 bits. */
    Q3_K_M(12),
    /** 4.5 bits. */
    Q4_0(2),
    /** 5 bits. */
    Q4_1(3),
    /** 4.8 bits. */
    Q4_K_M(15),
    /** 5.5 bits. */
    Q5_0(8),
    /** 5.7 bits. */
    Q5_K_M(17),
    /** 6.6 bits. */
    Q6_K(18),
    /** 8.5 bits. */
    Q8_0(7),
    /** 16 bits. */
    F16(1);

    private final int number;

    Type(int number) {
      this.number = number;
    }
  }

  private final LlamaRuntime runtime;

  /**
   * With llama.cpp, which this process then runs.
   *
   * @param variant CPU variant to use instead of the best one
   */
  public Quantizer(NativeLibraries libraries, Optional<String> variant) {
    this.runtime = LlamaRuntime.start(libraries, variant);
  }

  /**
   * Writes a copy in another type, also from a quantised one.
   *
   * @param prunedLayers layers to leave out, rising; usually none
   * @return {@code target}, which is whole or absent
   * @throws EngineException BAD_MODEL_FILE with the library's reason
   */
  public Path write(Path source, Path target, Type type, List<Integer> prunedLayers) {
    Path partial = target.resolveSibling(target.getFileName() + ".part");
    LlamaApi api = runtime.api();
    runtime.log().clear();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment params = api.quantizeDefaults(arena);
      params.set(JAVA_INT, Layouts.QUANTIZE_THREADS, 1);
      params.set(JAVA_INT, Layouts.QUANTIZE_TYPE, type.number);
      params.set(JAVA_BYTE, Layouts.QUANTIZE_ALLOW_REQUANTIZE, (byte) 1);
      if (!prunedLayers.isEmpty()) {
        MemorySegment layers = arena.allocate(JAVA_INT, prunedLayers.size() + 1L);
        for (int i = 0; i < prunedLayers.size(); i++) {
          layers.setAtIndex(JAVA_INT, i, prunedLayers.get(i));
        }
        layers.setAtIndex(JAVA_INT, prunedLayers.size(), -1);
        params.set(ADDRESS, Layouts.QUANTIZE_PRUNE_LAYERS, layers);
      }
      int code =
          api.quantize(
              arena.allocateFrom(source.toString()),
              arena.allocateFrom(partial.toString()),
              params);
      if (code != SUCCESS) {
        throw new EngineException(
            Kind.BAD_MODEL_FILE,
            "%s: llama.cpp cannot make %s of it: %s"
                .formatted(source, type, runtime.log().collected()));
      }
      return Files.move(partial, target, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new EngineException(Kind.INTERNAL, "cannot write " + target + ": " + e, e);
    } finally {
      discard(partial);
    }
  }

  // The library leaves what it had written when it fails.
  private static void discard(Path partial) {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      throw new EngineException(Kind.INTERNAL, "cannot delete " + partial + ": " + e, e);
    }
  }
}
