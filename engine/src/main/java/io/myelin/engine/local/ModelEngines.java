package io.myelin.engine.local;

import io.myelin.engine.EngineException;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.catalogue.CatalogueFolders;
import io.myelin.engine.catalogue.ModelEntry;
import io.myelin.engine.catalogue.ModelOrigin;
import io.myelin.engine.llama.LlamaEngineFactory;
import io.myelin.engine.llama.MachineMemory;
import io.myelin.engine.llama.NativeLibraries;
import io.myelin.engine.onnx.OnnxEngineFactory;
import io.myelin.engine.onnx.OnnxLibraries;
import io.myelin.engine.onnx.OnnxOptions;
import io.myelin.engine.upstream.OpenAiUpstreamEngine;
import io.myelin.engine.upstream.UpstreamConfig;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.engine.worker.WorkerLaunch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Opens engines on models of the catalogue. */
public final class ModelEngines {
  private ModelEngines() {}

  /**
   * Starts a worker process with what runs the model, and waits until it is loaded.
   *
   * @param weights the entry's file
   * @param root folder that holds {@code node_modules} with llama.cpp's libraries
   * @param slots tasks that advance at once
   * @param threads native compute threads
   * @throws EngineException with the worker's reason when the model cannot be loaded
   */
  public static WorkerEngine worker(
      ModelEntry entry, Path weights, Path root, int slots, int threads) {
    return WorkerEngine.spawn(
        switch (entry.format()) {
          case GGUF ->
              WorkerLaunch.like(
                  LlamaEngineFactory.class,
                  LlamaEngineFactory.arguments(
                      entry.id(),
                      weights,
                      entry.sha256(),
                      entry.chatTemplate(),
                      root,
                      0,
                      slots,
                      threads));
          case ONNX -> embeddings(entry, weights, CatalogueFolders.ofThisUser(), slots, threads);
          case REMOTE ->
              throw new EngineException(
                  EngineException.Kind.BAD_REQUEST,
                  "model " + entry.id() + " runs at another server and needs no worker");
        });
  }

  /**
   * The same with one of llama.cpp's CPU variants in place of the best that the processor can run.
   *
   * @throws EngineException BAD_REQUEST when it cannot run that one, or the model is no GGUF file
   */
  public static WorkerEngine variant(
      ModelEntry entry, Path weights, Path root, String variant, int slots, int threads) {
    if (entry.format() != ModelEntry.Format.GGUF) {
      throw new EngineException(
          EngineException.Kind.BAD_REQUEST, "model " + entry.id() + " has no CPU variants");
    }
    return WorkerEngine.spawn(
        WorkerLaunch.like(
            LlamaEngineFactory.class,
            LlamaEngineFactory.withVariant(
                LlamaEngineFactory.arguments(
                    entry.id(),
                    weights,
                    entry.sha256(),
                    entry.chatTemplate(),
                    root,
                    0,
                    slots,
                    threads),
                variant)));
  }

  /** CPU variants of llama.cpp whose library is here; not all of them run on this processor. */
  public static Set<String> variants(Path root) {
    return NativeLibraries.find(root).variantNames();
  }

  private static WorkerLaunch embeddings(
      ModelEntry entry, Path weights, CatalogueFolders folders, int slots, int threads) {
    Path libraries = OnnxLibraries.unpack(folders.libraries());
    OnnxOptions options =
        new OnnxOptions(
            entry.id(), weights, entry.sha256(), libraries, entry.contextLength(), slots, threads);
    return WorkerLaunch.like(OnnxEngineFactory.class, OnnxEngineFactory.arguments(options))
        .withJvmArguments(
            List.of(
                // Nearly all the time is spent in native code: a quick start counts for more.
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + OnnxLibraries.temporary(libraries)));
  }

  /**
   * llama.cpp's library for this platform.
   *
   * @param root folder that holds {@code node_modules}
   * @throws EngineException saying how to get it when it is not there
   */
  public static Path nativeLibrary(Path root) {
    return NativeLibraries.find(root).llama();
  }

  /** Bytes of memory that an engine could take now; empty where the system does not say. */
  public static OptionalLong availableMemory() {
    return MachineMemory.available();
  }

  /**
   * The server that runs an upstream model.
   *
   * @param environment where its key is looked up
   */
  public static InferenceEngine upstream(
      ModelEntry entry, ModelOrigin.Upstream origin, Map<String, String> environment, int slots) {
    String key = "";
    if (!origin.apiKeyVariable().isEmpty()) {
      key = environment.getOrDefault(origin.apiKeyVariable(), "");
      if (key.isEmpty()) {
        throw new EngineException(
            EngineException.Kind.BAD_REQUEST,
            "model " + entry.id() + ": set " + origin.apiKeyVariable() + " to the server's key");
      }
    }
    return new OpenAiUpstreamEngine(
        UpstreamConfig.of(
            entry.id(), origin.baseUrl(), key, origin.modelName(), entry.contextLength(), slots));
  }
}
