package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineFactory;
import io.myelin.engine.InferenceEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens a llama.cpp engine inside a worker process, from {@link #arguments}. */
public final class LlamaEngineFactory implements EngineFactory {
  private static final int ARGUMENTS = 8;
  private static final int WITH_VARIANT = 9;

  /** For the worker, by name. */
  public LlamaEngineFactory() {}

  /**
   * The arguments that make a worker open this.
   *
   * @param modelId id clients ask for
   * @param weights the GGUF file
   * @param sha256Hex what its SHA-256 must be; empty to take any
   * @param chatTemplate {@code chatml}; anything else leaves it to the file
   * @param root folder that holds {@code node_modules}
   * @param contextLength most tokens of one sequence; 0 for the engine's choice
   * @param slots sequences that advance at once
   * @param threads native compute threads
   */
  public static List<String> arguments(
      String modelId,
      Path weights,
      String sha256Hex,
      String chatTemplate,
      Path root,
      int contextLength,
      int slots,
      int threads) {
    return List.of(
        modelId,
        weights.toAbsolutePath().toString(),
        sha256Hex,
        chatTemplate,
        root.toAbsolutePath().toString(),
        Integer.toString(contextLength),
        Integer.toString(slots),
        Integer.toString(threads));
  }

  /** The same with a CPU variant instead of the best one that the processor can run. */
  public static List<String> withVariant(List<String> arguments, String cpuVariant) {
    List<String> all = new ArrayList<>(arguments);
    all.add(cpuVariant);
    return List.copyOf(all);
  }

  @Override
  public InferenceEngine create(List<String> arguments) {
    if (arguments.size() != ARGUMENTS && arguments.size() != WITH_VARIANT) {
      throw new EngineException(
          EngineException.Kind.BAD_REQUEST,
          "arguments: " + arguments.size() + " (expected: " + ARGUMENTS + ")");
    }
    LlamaOptions options =
        LlamaOptions.of(
                arguments.get(0),
                Path.of(arguments.get(1)),
                NativeLibraries.find(Path.of(arguments.get(4))))
            .withSize(Integer.parseInt(arguments.get(5)), Integer.parseInt(arguments.get(6)))
            .withMaxQueued(Integer.parseInt(arguments.get(6)))
            .withThreads(Integer.parseInt(arguments.get(7)));
    if (!arguments.get(2).isEmpty()) {
      options = options.withSha256(arguments.get(2));
    }
    if (arguments.size() == WITH_VARIANT) {
      options = options.withCpuVariant(arguments.get(8));
    }
    return LlamaEngine.open(
        arguments.get(3).equals("chatml")
            ? options.withChatTemplate(ChatRenderer.CHATML)
            : options);
  }
}
