package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.worker.WorkerLaunch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Copies of models in other types of weights, as a node that cheats would run them. Made by
 * llama.cpp's own quantiser in a process of its own: native code that fails takes nobody with it.
 */
public final class QuantizedCopy {
  private static final int MINUTES = 10;

  private QuantizedCopy() {}

  /**
   * Reads a type's name, in any case.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  public static Quantizer.Type type(String name) {
    String upper = name.toUpperCase(Locale.ROOT);
    return Arrays.stream(Quantizer.Type.values())
        .filter(type -> type.name().equals(upper))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "quantisation: "
                        + name
                        + " (expected: one of "
                        + Arrays.toString(Quantizer.Type.values())
                        + ")"));
  }

  /**
   * Makes a copy; one that is there already is taken as it is.
   *
   * @param root folder that holds {@code node_modules} with llama.cpp's libraries
   * @param pruned layers to leave out, in order
   * @throws EngineException when the library does not make it
   */
  public static Path make(
      Path root, Path original, Path target, Quantizer.Type type, List<Integer> pruned) {
    if (Files.exists(target)) {
      return target;
    }
    Path folder = target.toAbsolutePath().getParent();
    Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    Path log = target.resolveSibling(target.getFileName() + ".log");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    command.addAll(WorkerLaunch.DEFAULT_JVM_ARGUMENTS);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path", ""),
            QuantizeMain.class.getName(),
            NativeLibraries.find(root).folder().toString(),
            original.toAbsolutePath().toString(),
            temporary.toAbsolutePath().toString(),
            type.name()));
    pruned.forEach(layer -> command.add(Integer.toString(layer)));
    try {
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
      if (!ended || process.exitValue() != 0 || !Files.exists(temporary)) {
        process.destroyForcibly();
        throw new EngineException(
            Kind.INTERNAL,
            "%s is not quantised to %s (expected: exit status 0); see %s"
                .formatted(original, type, log));
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      return target;
    } catch (IOException e) {
      throw new EngineException(Kind.INTERNAL, original + " is not quantised: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(Kind.CLOSED, "interrupted while quantising " + original, e);
    }
  }
}
