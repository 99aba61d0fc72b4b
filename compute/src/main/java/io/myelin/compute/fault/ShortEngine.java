package io.myelin.compute.fault;

import io.myelin.engine.EngineException;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An engine with less room than its models are said to have, as one that was started with less. */
final class ShortEngine extends PassingEngine {
  private final int tokens;

  ShortEngine(InferenceEngine honest, int tokens) {
    super(honest);
    this.tokens = tokens;
  }

  @Override
  public Generation generate(
      GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
    Bounded bounded = new Bounded(listener, spec.getMaxTokens());
    bounded.runs(honest.generate(spec, prefix, bounded));
    return bounded;
  }

  /** Ends what does not fit as soon as its length is known. */
  private final class Bounded implements GenerationListener, Generation {
    private final GenerationListener listener;
    private final int wanted;
    private final AtomicBoolean refused = new AtomicBoolean();
    private volatile @Nullable Generation running;

    Bounded(GenerationListener listener, int wanted) {
      this.listener = listener;
      this.wanted = wanted;
    }

    void runs(Generation generation) {
      running = generation;
      if (refused.get()) {
        generation.cancel();
      }
    }

    @Override
    public void onStart(int promptTokens) {
      if (promptTokens + wanted <= tokens) {
        listener.onStart(promptTokens);
        return;
      }
      refused.set(true);
      cancel();
      listener.onError(
          new EngineException(
              EngineException.Kind.CONTEXT_LENGTH_EXCEEDED,
              "prompt and answer: %d tokens (expected: at most %d, in this context)"
                  .formatted(promptTokens + wanted, tokens)));
    }

    @Override
    public void onChunk(GeneratedChunk chunk, List<TokenLogprob> evidence) {
      if (!refused.get()) {
        listener.onChunk(chunk, evidence);
      }
    }

    @Override
    public void onFinished(GenerationResult result) {
      if (!refused.get()) {
        listener.onFinished(result);
      }
    }

    @Override
    public void onError(EngineException error) {
      if (!refused.get()) {
        listener.onError(error);
      }
    }

    @Override
    public void request(long chunks) {
      Generation generation = running;
      if (generation != null) {
        generation.request(chunks);
      }
    }

    @Override
    public void cancel() {
      Generation generation = running;
      if (generation != null) {
        generation.cancel();
      }
    }
  }
}
