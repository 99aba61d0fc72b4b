package io.myelin.engine.onnx;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.EngineModel;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.engine.wordpiece.WordPieceTokenizer;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One sentence model on ONNX Runtime in this process: texts to unit vectors. A text's vector
 * depends on the text alone, not on what else is asked at the same time. Native faults end the
 * process, so a node runs this in a worker.
 */
public final class OnnxEmbeddingEngine implements InferenceEngine {
  /** Most texts of one request. */
  public static final int MOST_INPUTS = 2048;

  private final SentenceModel model;
  private final EngineModel description;
  private final EmbeddingThreads threads;

  OnnxEmbeddingEngine(
      OnnxOptions options,
      SentenceModel model,
      WordPieceTokenizer tokenizer,
      String equivalenceClass) {
    this.model = model;
    this.description =
        new EngineModel(
            options.modelId(),
            options.sha256Hex(),
            options.mostTokens(),
            tokenizer.size(),
            options.slots(),
            equivalenceClass,
            true);
    this.threads =
        new EmbeddingThreads(
            model, tokenizer, options.mostTokens(), 2 * options.slots(), options.threads());
  }

  /**
   * Loads the model and tries it once.
   *
   * @throws EngineException BAD_MODEL_FILE, INTERNAL without native libraries
   */
  public static OnnxEmbeddingEngine open(OnnxOptions options, WordPieceTokenizer tokenizer) {
    OnnxSentenceModel model;
    try (Arena arena = Arena.ofConfined()) {
      ByteBuffer weights = verified(options, arena);
      model = OnnxSentenceModel.load(options.libraries(), weights);
    }
    // Another processor may take other instructions, which round differently.
    String equivalence =
        "onnxruntime-%s/%s/inexact".formatted(model.version(), OnnxLibraries.platform());
    OnnxEmbeddingEngine engine = new OnnxEmbeddingEngine(options, model, tokenizer, equivalence);
    boolean works = false;
    try {
      engine.embed(List.of("ready")).result().join();
      works = true;
    } finally {
      if (!works) {
        engine.close();
      }
    }
    return engine;
  }

  /** The very bytes that are checked are those that are loaded. */
  private static ByteBuffer verified(OnnxOptions options, Arena arena) {
    Path file = options.weights();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena).asByteBuffer();
      MessageDigest digest = Sha256.newDigest();
      digest.update(bytes.duplicate());
      String actual = HexFormat.of().formatHex(digest.digest());
      if (!actual.equals(options.sha256Hex())) {
        throw new EngineException(
            Kind.BAD_MODEL_FILE,
            "model file %s: SHA-256 is %s (expected: %s; delete the file and pull the model again)"
                .formatted(file, actual, options.sha256Hex()));
      }
      return bytes;
    } catch (IOException e) {
      throw new EngineException(
          Kind.BAD_MODEL_FILE, "model file " + file + " cannot be read: " + e, e);
    }
  }

  @Override
  public List<EngineModel> models() {
    return List.of(description);
  }

  @Override
  public CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec) {
    if (!spec.getModel().equals(description.id())) {
      return CompletableFuture.failedFuture(
          new EngineException(
              Kind.UNKNOWN_MODEL,
              "model: " + spec.getModel() + " (expected: " + description.id() + ")"));
    }
    if (spec.getInputsCount() == 0 || spec.getInputsCount() > MOST_INPUTS) {
      return CompletableFuture.failedFuture(
          new EngineException(
              Kind.BAD_REQUEST,
              "inputs: " + spec.getInputsCount() + " (expected: 1 to " + MOST_INPUTS + ")"));
    }
    return embed(spec.getInputsList()).result();
  }

  private EmbeddingJob embed(List<String> inputs) {
    EmbeddingJob job = new EmbeddingJob(inputs);
    threads.submit(job);
    return job;
  }

  @Override
  public Generation generate(
      GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
    Thread.ofVirtual().name("myelin-refusal").start(() -> listener.onError(noText(spec)));
    return new Refused();
  }

  @Override
  public CompletableFuture<Score> score(GenerationSpec spec, List<Integer> outputTokens, int top) {
    return CompletableFuture.failedFuture(noText(spec));
  }

  private static EngineException noText(GenerationSpec spec) {
    return new EngineException(
        Kind.BAD_REQUEST,
        "model: "
            + spec.getModel()
            + " (expected: one that generates text; this one makes embeddings)");
  }

  @Override
  public void close() {
    threads.close();
    model.close();
  }

  private record Refused() implements Generation {
    @Override
    public void request(long chunks) {}

    @Override
    public void cancel() {}
  }
}
