package io.myelin.compute.fault;

import io.myelin.engine.EngineException;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/** An engine that computes one answer and gives it to everybody. */
final class CachingEngine extends PassingEngine {
  private final AtomicReference<List<Said>> first = new AtomicReference<>(List.of());

  private record Said(GeneratedChunk chunk, List<TokenLogprob> evidence) {}

  CachingEngine(InferenceEngine honest) {
    super(honest);
  }

  @Override
  public Generation generate(
      GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
    List<Said> known = first.get();
    // Of another node's beginning it has nothing to go on with.
    return known.isEmpty() || !prefix.equals(OutputPrefix.NONE)
        ? honest.generate(spec, prefix, new Recording(listener))
        : Repeated.start(known, spec.getMaxTokens(), listener);
  }

  private final class Recording implements GenerationListener {
    private final GenerationListener listener;
    private final List<Said> said = new ArrayList<>();

    Recording(GenerationListener listener) {
      this.listener = listener;
    }

    @Override
    public void onStart(int promptTokens) {
      listener.onStart(promptTokens);
    }

    @Override
    public void onChunk(GeneratedChunk chunk, List<TokenLogprob> evidence) {
      said.add(new Said(chunk, evidence));
      listener.onChunk(chunk, evidence);
    }

    @Override
    public void onFinished(GenerationResult result) {
      if (!said.isEmpty() && said.getFirst().chunk().getSeq() == 0) {
        var _ = first.updateAndGet(before -> before.isEmpty() ? List.copyOf(said) : before);
      }
      listener.onFinished(result);
    }

    @Override
    public void onError(EngineException error) {
      listener.onError(error);
    }
  }

  /** Tells what was said before, as it is allowed to. */
  private static final class Repeated implements Generation {
    private final Semaphore allowed = new Semaphore(0);
    private volatile boolean cancelled;

    static Generation start(List<Said> said, int maxTokens, GenerationListener listener) {
      Repeated repeated = new Repeated();
      var _ =
          Thread.ofVirtual()
              .name("fault-cache")
              .start(() -> repeated.tell(said, maxTokens, listener));
      return repeated;
    }

    private void tell(List<Said> said, int maxTokens, GenerationListener listener) {
      listener.onStart(1);
      int tokens = 0;
      for (Said one : said) {
        int more = one.chunk().getTokensCount();
        if (maxTokens > 0 && tokens + more > maxTokens) {
          break;
        }
        allowed.acquireUninterruptibly();
        if (cancelled) {
          break;
        }
        tokens += more;
        listener.onChunk(one.chunk(), one.evidence());
      }
      listener.onFinished(
          GenerationResult.newBuilder()
              .setReason(
                  cancelled
                      ? FinishReason.FINISH_REASON_CANCELLED
                      : FinishReason.FINISH_REASON_LENGTH)
              .setPromptTokens(1)
              .setOutputTokens(tokens)
              .build());
    }

    @Override
    public void request(long chunks) {
      // More than an answer has is as good as all of it.
      allowed.release((int) Math.min(chunks, 1 << 20));
    }

    @Override
    public void cancel() {
      cancelled = true;
      allowed.release();
    }
  }
}
