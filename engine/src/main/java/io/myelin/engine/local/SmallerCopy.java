package io.myelin.engine.local;

import io.myelin.engine.InferenceEngine;
import io.myelin.engine.catalogue.ModelEntry;
import io.myelin.engine.llama.LlamaEngineFactory;
import io.myelin.engine.llama.QuantizedCopy;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.engine.worker.WorkerLaunch;
import java.nio.file.Path;
import java.util.List;

/** A more quantised copy of a model, as a node that cheats would run it. */
public final class SmallerCopy {
  private SmallerCopy() {}

  /**
   * Reads a type of weights, in any case.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  public static String type(String name) {
    return QuantizedCopy.type(name).name();
  }

  /**
   * Makes the copy, where it is missing, and starts a worker on it.
   *
   * @param entry of the model that it is a copy of
   * @param type as {@link #type} gives it
   * @param root folder that holds {@code node_modules}
   * @param folder where the copy goes
   */
  public static InferenceEngine open(
      ModelEntry entry,
      Path original,
      String type,
      Path root,
      Path folder,
      int slots,
      int threads) {
    Path copy =
        QuantizedCopy.make(
            root,
            original,
            folder.resolve(original.getFileName() + "." + type + ".gguf"),
            QuantizedCopy.type(type),
            List.of());
    return WorkerEngine.spawn(
        WorkerLaunch.like(
            LlamaEngineFactory.class,
            LlamaEngineFactory.arguments(
                entry.id(), copy, "", entry.chatTemplate(), root, 0, slots, threads)));
  }
}
