package io.myelin.engine.onnx;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.EngineFactory;
import io.myelin.engine.InferenceEngine;
import java.nio.file.Path;
import java.util.List;

/** Opens all-MiniLM-L6-v2 inside a worker process, from {@link #arguments}. */
public final class OnnxEngineFactory implements EngineFactory {
  private static final int ARGUMENTS = 7;

  /** For the worker, by name. */
  public OnnxEngineFactory() {}

  /** The arguments that make a worker open this. */
  public static List<String> arguments(OnnxOptions options) {
    return List.of(
        options.modelId(),
        options.weights().toAbsolutePath().toString(),
        options.sha256Hex(),
        options.libraries().toAbsolutePath().toString(),
        Integer.toString(options.mostTokens()),
        Integer.toString(options.slots()),
        Integer.toString(options.threads()));
  }

  @Override
  public InferenceEngine create(List<String> arguments) {
    if (arguments.size() != ARGUMENTS) {
      throw new EngineException(
          Kind.BAD_REQUEST, "arguments: " + arguments.size() + " (expected: " + ARGUMENTS + ")");
    }
    OnnxOptions options =
        new OnnxOptions(
            arguments.get(0),
            Path.of(arguments.get(1)),
            arguments.get(2),
            Path.of(arguments.get(3)),
            Integer.parseInt(arguments.get(4)),
            Integer.parseInt(arguments.get(5)),
            Integer.parseInt(arguments.get(6)));
    return OnnxEmbeddingEngine.open(options, MiniLmTokenizer.load());
  }
}
