package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder of llama.cpp's shared libraries, as the npm packages {@code @node-llama-cpp/*} carry
 * it.
 *
 * @param folder where they lie
 * @param llama the main library
 * @param cpuVariants one library per CPU generation
 */
public record NativeLibraries(Path folder, Path llama, List<Path> cpuVariants) {
  /** Names a folder with the libraries; overrides the search. */
  public static final String ENVIRONMENT = "MYELIN_LLAMA_LIB";

  private static final String CPU_PREFIX = "libggml-cpu-";

  /** Copies. */
  public NativeLibraries {
    cpuVariants = List.copyOf(cpuVariants);
  }

  /**
   * Finds the libraries for this platform below a project or installation root.
   *
   * @param root folder that holds {@code node_modules}
   * @throws EngineException INTERNAL if there are none, saying how to get them
   */
  public static NativeLibraries find(Path root) {
    String configured = System.getenv(ENVIRONMENT);
    return in(
        configured != null
            ? Path.of(configured)
            : root.resolve("node_modules/@node-llama-cpp")
                .resolve(platform())
                .resolve("bins")
                .resolve(platform()));
  }

  /** The libraries in exactly this folder. */
  public static NativeLibraries in(Path folder) {
    List<Path> variants = new ArrayList<>();
    Path llama = null;
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.sorted().toList()) {
          String name = file.getFileName().toString();
          if (name.startsWith(CPU_PREFIX)) {
            variants.add(file);
          } else if (name.startsWith("libllama.") && !name.contains("common")) {
            llama = file;
          }
        }
      } catch (IOException e) {
        throw new EngineException(Kind.INTERNAL, "cannot list " + folder + ": " + e, e);
      }
    }
    if (llama == null || variants.isEmpty()) {
      throw new EngineException(
          Kind.INTERNAL,
          "llama.cpp libraries: none in "
              + folder
              + " (expected: libllama.* and libggml-cpu-*; run `npm ci`, or set "
              + ENVIRONMENT
              + ")");
    }
    return new NativeLibraries(folder, llama, variants);
  }

  /**
   * The variant's name in a library's file name: {@code haswell} in {@code libggml-cpu-haswell.so}.
   */
  static String variantName(Path library) {
    String name = library.getFileName().toString().substring(CPU_PREFIX.length());
    int dot = name.lastIndexOf('.');
    return dot < 0 ? name : name.substring(0, dot);
  }

  /** Names of the CPU variants that are there. */
  public Set<String> variantNames() {
    return cpuVariants.stream()
        .map(NativeLibraries::variantName)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The library of a named variant. */
  Optional<Path> variant(String name) {
    return cpuVariants.stream().filter(library -> variantName(library).equals(name)).findFirst();
  }

  private static String platform() {
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    String cpu = arch.equals("aarch64") || arch.equals("arm64") ? "arm64" : "x64";
    if (os.contains("mac")) {
      return cpu.equals("arm64") ? "mac-arm64-metal" : "mac-x64";
    }
    return (os.contains("win") ? "win-" : "linux-") + cpu;
  }
}
