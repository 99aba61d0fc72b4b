package io.myelin.engine.llama;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Writes a copy of a model in another type, in a process of its own. */
public final class QuantizeMain {
  private QuantizeMain() {}

  /**
   * Runs from the command line.
   *
   * @param arguments folder of the native libraries, source, target, type, layers to leave out
   */
  public static void main(String[] arguments) {
    if (arguments.length < 4) {
      throw new IllegalArgumentException(
          "arguments: "
              + Arrays.toString(arguments)
              + " (expected: LIBRARIES-FOLDER SOURCE TARGET TYPE [LAYER…])");
    }
    List<Integer> pruned = Arrays.stream(arguments).skip(4).map(Integer::valueOf).sorted().toList();
    new Quantizer(NativeLibraries.in(Path.of(arguments[0])), Optional.empty())
        .write(
            Path.of(arguments[1]),
            Path.of(arguments[2]),
            Quantizer.Type.valueOf(arguments[3]),
            pruned);
  }
}
