package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.EngineModel;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.engine.sampling.LogitFilter;
import io.myelin.engine.sampling.Sampler;
import io.myelin.engine.sampling.Vocabulary;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.OutputConstraint;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One GGUF model on llama.cpp in this process. One thread computes; any number of sequences, up to
 * the slots, share each step. Native faults end the process, so a node runs this in a worker.
 */
public final class LlamaEngine implements InferenceEngine {
  private final LlamaOptions options;
  private final LlamaModel model;
  private final ChatPrompts prompts;
  private final DecodeLoop loop;
  private final int contextLength;
  private final EngineModel description;

  private LlamaEngine(LlamaOptions options, LlamaModel model, LlamaContext context) {
    this.options = options;
    this.model = model;
    this.prompts = new ChatPrompts(model, context.contextLength(), options.chatTemplate());
    this.contextLength = context.contextLength();
    this.description =
        new EngineModel(
            options.modelId(),
            model.file().sha256Hex(),
            contextLength,
            model.size(),
            options.slots(),
            EquivalenceClass.of(
                model.runtime().version(),
                model.runtime().variantName(),
                model.fileType(),
                options
                    .chatTemplate()
                    .filter(own -> !model.chatTemplate().equals(Optional.of(own)))),
            false);
    this.loop = new DecodeLoop(model, context, options.slots(), options.maxQueued());
  }

  /**
   * Loads the model.
   *
   * @throws EngineException BAD_MODEL_FILE, OUT_OF_MEMORY, BAD_REQUEST for options that do not fit
   *     the model, INTERNAL without native libraries
   */
  public static LlamaEngine open(LlamaOptions options) {
    WeightsFile file = WeightsFile.open(options.weights(), options.sha256Hex());
    LlamaRuntime runtime = LlamaRuntime.start(options.libraries(), options.cpuVariant());
    LlamaModel model = LlamaModel.load(runtime, file);
    try {
      int trained = Math.max(1, model.trainedContext());
      if (options.contextLength() > trained) {
        throw new EngineException(
            Kind.BAD_REQUEST,
            "contextLength: %d (expected: at most the %d tokens %s was trained on)"
                .formatted(options.contextLength(), trained, options.modelId()));
      }
      int length =
          options.contextLength() > 0
              ? options.contextLength()
              : Math.min(trained, LlamaOptions.DEFAULT_CONTEXT);
      LlamaContext context =
          new LlamaContext(
              model,
              length,
              options.slots(),
              options.threads(),
              DecodeLoop.PREFILL_ALONE + options.slots());
      return new LlamaEngine(options, model, context);
    } catch (EngineException e) {
      model.close();
      throw e;
    }
  }

  @Override
  public List<EngineModel> models() {
    return List.of(description);
  }

  /** The model's tokens. */
  public Vocabulary vocabulary() {
    return model;
  }

  LlamaModel model() {
    return model;
  }

  /** What was computed so far. */
  public LlamaStats stats() {
    return new LlamaStats(loop.computedTokens(), loop.rounds());
  }

  @Override
  public Generation generate(
      GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
    try {
      SpecCheck.generation(spec, options.modelId(), model.size());
      int[] prompt = prompts.tokens(spec);
      checkLength(prompt.length, prefix.tokens().size() + 1);
      Sampler sampler = new Sampler(spec.getSampling(), prompt, filter(spec));
      GenerateJob job =
          new GenerateJob(
              model, spec, prefix, prompt, contextLength, sampler, listener, loop()::signal);
      loop.submit(job);
      return job;
    } catch (EngineException e) {
      Thread.ofVirtual().name("myelin-refusal").start(() -> listener.onError(e));
      return Refused.INSTANCE;
    }
  }

  private DecodeLoop loop() {
    return loop;
  }

  private @Nullable LogitFilter filter(GenerationSpec spec) {
    OutputConstraint constraint = spec.getConstraint();
    if (constraint.getKind() == OutputConstraint.Kind.KIND_FREE_TEXT) {
      return null;
    }
    return options
        .constraints()
        .orElseThrow(
            () ->
                new EngineException(
                    Kind.BAD_REQUEST,
                    "constraint: "
                        + constraint.getKind()
                        + " (expected: free text; this engine was started without constraints)"))
        .create(constraint, model);
  }

  private void checkLength(int prompt, int more) {
    if (prompt + more > contextLength) {
      throw new EngineException(
          Kind.CONTEXT_LENGTH_EXCEEDED,
          "prompt: %d tokens, with %d of output (expected: at most %d together)"
              .formatted(prompt, more, contextLength));
    }
  }

  @Override
  public CompletableFuture<Score> score(GenerationSpec spec, List<Integer> outputTokens, int top) {
    CompletableFuture<Score> result = new CompletableFuture<>();
    try {
      SpecCheck.score(spec, options.modelId(), top);
      SpecCheck.generation(spec, options.modelId(), model.size());
      int[] prompt = prompts.tokens(spec);
      checkLength(prompt.length, Math.max(1, outputTokens.size()));
      Sampler sampler = new Sampler(spec.getSampling(), prompt, filter(spec));
      loop.submit(new ScoreJob(model, prompt, outputTokens, top, sampler, result));
    } catch (EngineException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  @Override
  public CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec) {
    return CompletableFuture.failedFuture(
        new EngineException(
            Kind.BAD_REQUEST,
            "model: "
                + spec.getModel()
                + " (expected: one that makes embeddings; this one generates text)"));
  }

  /** Ends running work as closed, then frees the model. */
  @Override
  public void close() {
    loop.close();
  }

  private enum Refused implements Generation {
    INSTANCE;

    @Override
    public void request(long chunks) {}

    @Override
    public void cancel() {}
  }
}
