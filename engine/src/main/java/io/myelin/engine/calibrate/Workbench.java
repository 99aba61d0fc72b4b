package io.myelin.engine.calibrate;

import io.myelin.engine.EngineException;
import io.myelin.engine.llama.LlamaEngineFactory;
import io.myelin.engine.llama.NativeLibraries;
import io.myelin.engine.llama.QuantizedCopy;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.engine.worker.WorkerLaunch;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One model in other types of weights, run by engines of this machine's CPU variants, each in a
 * process of its own.
 */
public final class Workbench {
  /** The file as it came. */
  public static final String ORIGINAL = "original";

  /** Less than some types save: every tenth of SmolLM2's 30 layers is gone. */
  private static final List<Integer> PRUNED_LAYERS = List.of(10, 15, 20);

  private static final String PRUNED = "pruned";
  private static final int CONTEXT = 1024;

  private final String modelId;
  private final Path original;
  private final String chatTemplate;
  private final Path root;
  private final Path folder;

  /**
   * A bench.
   *
   * @param modelId id that requests name
   * @param original the model's file
   * @param chatTemplate {@code chatml}; anything else leaves it to the file
   * @param root folder that holds {@code node_modules}
   * @param folder where other types are written; they are made once
   */
  public Workbench(String modelId, Path original, String chatTemplate, Path root, Path folder) {
    this.modelId = modelId;
    this.original = original;
    this.chatTemplate = chatTemplate;
    this.root = root;
    this.folder = folder;
  }

  /** Id that requests name. */
  public String modelId() {
    return modelId;
  }

  /** CPU variants whose library is here; not all of them run on this processor. */
  public Set<String> variants() {
    return NativeLibraries.find(root).variantNames();
  }

  /**
   * The model's file in a type of weights, made when it is not there.
   *
   * @param kind {@link #ORIGINAL}, a name of {@code Quantizer.Type}, or {@code pruned}: some layers
   *     less in Q8_0, the nearest there is to a different model of the same vocabulary
   */
  public Path weights(String kind) {
    if (kind.equals(ORIGINAL)) {
      return original;
    }
    Path target = folder.resolve(modelId + "-" + kind + ".gguf");
    boolean pruned = kind.equals(PRUNED);
    return QuantizedCopy.make(
        root,
        original,
        target,
        QuantizedCopy.type(pruned ? "Q8_0" : kind),
        pruned ? PRUNED_LAYERS : List.of());
  }

  /**
   * Opens an engine in a worker.
   *
   * @param variant CPU variant; empty for the best that the processor can run
   * @throws EngineException BAD_REQUEST when the processor cannot run the variant
   */
  public WorkerEngine open(Path weights, Optional<String> variant, int slots, int threads) {
    List<String> arguments =
        LlamaEngineFactory.arguments(
            modelId, weights, "", chatTemplate, root, CONTEXT, slots, threads);
    return WorkerEngine.spawn(
        WorkerLaunch.like(
            LlamaEngineFactory.class,
            variant
                .map(name -> LlamaEngineFactory.withVariant(arguments, name))
                .orElse(arguments)));
  }
}
