package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.EngineFactory;
import io.myelin.engine.InferenceEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens a {@link LlamaEngine} in a worker process. Arguments, each one word {@code name=value}:
 * {@code model}, {@code file} and {@code libraries} (a folder) must be there; {@code sha256},
 * {@code context}, {@code slots}, {@code queue}, {@code threads} and {@code variant} may.
 */
public final class LlamaEngineFactory implements EngineFactory {

  /** The arguments that stand for these options; constraints cannot travel. */
  public static List<String> arguments(LlamaOptions options) {
    List<String> arguments = new ArrayList<>();
    arguments.add("model=" + options.modelId());
    arguments.add("file=" + options.weights().toAbsolutePath());
    arguments.add("libraries=" + options.libraries().folder().toAbsolutePath());
    options.sha256Hex().ifPresent(hex -> arguments.add("sha256=" + hex));
    options.cpuVariant().ifPresent(variant -> arguments.add("variant=" + variant));
    arguments.add("context=" + options.contextLength());
    arguments.add("slots=" + options.slots());
    arguments.add("queue=" + options.maxQueued());
    arguments.add("threads=" + options.threads());
    return arguments;
  }

  /** What arguments mean. */
  static LlamaOptions options(List<String> arguments) {
    LlamaOptions options =
        LlamaOptions.of(
            required(arguments, "model"),
            Path.of(required(arguments, "file")),
            NativeLibraries.in(Path.of(required(arguments, "libraries"))));
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      String value = argument.substring(equals + 1);
      options =
          switch (name) {
            case "model", "file", "libraries" -> options;
            case "sha256" -> options.withSha256(value);
            case "variant" -> options.withCpuVariant(value);
            case "context" -> options.withSize(number(name, value), options.slots());
            case "slots" -> options.withSize(options.contextLength(), number(name, value));
            case "queue" -> options.withMaxQueued(number(name, value));
            case "threads" -> options.withThreads(number(name, value));
            default ->
                throw bad(
                    "argument: "
                        + argument
                        + " (expected: model=, file=, libraries=, sha256=, variant=, context=,"
                        + " slots=, queue= or threads=)");
          };
    }
    return options;
  }

  @Override
  public InferenceEngine create(List<String> arguments) {
    try {
      return LlamaEngine.open(options(arguments));
    } catch (IllegalArgumentException e) {
      throw new EngineException(Kind.BAD_REQUEST, String.valueOf(e.getMessage()), e);
    }
  }

  private static String required(List<String> arguments, String name) {
    return arguments.stream()
        .filter(argument -> argument.startsWith(name + "="))
        .map(argument -> argument.substring(name.length() + 1))
        .findFirst()
        .orElseThrow(() -> bad("arguments: " + arguments + " (expected: one with " + name + "=)"));
  }

  private static int number(String name, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new EngineException(
          Kind.BAD_REQUEST, name + ": " + value + " (expected: a whole number)", e);
    }
  }

  private static EngineException bad(String message) {
    return new EngineException(Kind.BAD_REQUEST, message);
  }
}
