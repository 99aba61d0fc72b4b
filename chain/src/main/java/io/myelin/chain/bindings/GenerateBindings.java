package io.myelin.chain.bindings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Build step: Java classes of compiled contracts.
 *
 * <p>Arguments: the compiler's output folder, the folder for sources, the package, and the names of
 * the contracts (all that have a named artifact when there are none).
 */
public final class GenerateBindings {
  private GenerateBindings() {}

  /** Runs the step; throws when a contract that was named has no artifact. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 3) {
      throw new IllegalArgumentException(
          arguments.length
              + " arguments (expected: OUT_FOLDER SOURCES_FOLDER PACKAGE [CONTRACT …])");
    }
    generate(
        Path.of(arguments[0]),
        Path.of(arguments[1]),
        arguments[2],
        Arrays.asList(arguments).subList(3, arguments.length));
  }

  /** Runs the step. */
  static void generate(Path compiled, Path sources, String packageName, List<String> contracts)
      throws IOException {
    Path folder = Files.createDirectories(sources.resolve(packageName.replace('.', '/')));
    Set<String> missing = new HashSet<>(contracts);
    for (Path file : Artifact.below(compiled)) {
      String name = file.getFileName().toString().replaceAll("\\.json$", "");
      if (contracts.isEmpty() || missing.remove(name)) {
        Artifact artifact = Artifact.read(file);
        write(folder.resolve(name + ".java"), new BindingWriter(artifact).write(packageName));
      }
    }
    if (!missing.isEmpty()) {
      throw new IOException(
          "no artifact of " + missing + " below " + compiled + " (expected: NAME.json)");
    }
    write(
        folder.resolve("package-info.java"),
        """
        /** Bindings of contracts, made from the compiler's output. */
        @org.jspecify.annotations.NullMarked
        package %s;
        """
            .formatted(packageName));
  }

  /** Leaves a file alone that is as it should be, so that nothing is compiled again. */
  private static void write(Path file, String text) throws IOException {
    if (!Files.exists(file) || !Files.readString(file).equals(text)) {
      Files.writeString(file, text);
    }
  }
}
