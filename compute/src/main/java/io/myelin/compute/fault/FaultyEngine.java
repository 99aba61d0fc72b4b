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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An engine that keeps its consumer waiting or takes its node down. */
final class FaultyEngine extends PassingEngine {
  private final Fault fault;
  private final Consumer<String> crash;

  FaultyEngine(InferenceEngine honest, Fault fault, Consumer<String> crash) {
    super(honest);
    this.fault = fault;
    this.crash = crash;
  }

  @Override
  public Generation generate(
      GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
    return switch (fault) {
      case Fault.CrashOnOffer _ -> {
        crash.accept("on the offer");
        throw new EngineException(EngineException.Kind.CLOSED, "crashed on purpose");
      }
      case Fault.CrashAtToken f ->
          honest.generate(spec, prefix, new Fuse(f.tokens(), listener, crash));
      case Fault.Stall f -> new Stalling(honest.generate(spec, prefix, listener), f.chunks());
      case Fault.Slow f -> new Slowing(honest.generate(spec, prefix, listener), f.millisPerChunk());
      default -> honest.generate(spec, prefix, listener);
    };
  }

  /** Burns down token by token. */
  private static final class Fuse implements GenerationListener {
    private final GenerationListener listener;
    private final Consumer<String> crash;
    private int left;

    Fuse(int tokens, GenerationListener listener, Consumer<String> crash) {
      left = tokens;
      this.listener = listener;
      this.crash = crash;
    }

    @Override
    public void onStart(int promptTokens) {
      listener.onStart(promptTokens);
    }

    @Override
    public void onChunk(GeneratedChunk chunk, List<TokenLogprob> evidence) {
      if (left <= 0) {
        return;
      }
      listener.onChunk(chunk, evidence);
      left -= chunk.getTokensCount();
      if (left <= 0) {
        crash.accept("at token " + (chunk.getSeq() + 1));
      }
    }

    @Override
    public void onFinished(GenerationResult result) {
      if (left > 0) {
        listener.onFinished(result);
      }
    }

    @Override
    public void onError(EngineException error) {
      listener.onError(error);
    }
  }

  /** Passes on only so much allowance. */
  private static final class Stalling implements Generation {
    private final Generation honest;
    private long left;

    Stalling(Generation honest, long chunks) {
      this.honest = honest;
      left = chunks;
    }

    @Override
    public synchronized void request(long chunks) {
      long passed = Math.min(chunks, left);
      left -= passed;
      if (passed > 0) {
        honest.request(passed);
      }
    }

    @Override
    public void cancel() {
      honest.cancel();
    }
  }

  /** Passes allowance on one by one. */
  private static final class Slowing implements Generation {
    private final Generation honest;
    private final Executor later;
    private long waiting;
    private boolean ticking;
    private boolean cancelled;

    Slowing(Generation honest, int millis) {
      this.honest = honest;
      later = CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void request(long chunks) {
      waiting += chunks;
      if (!ticking && waiting > 0) {
        ticking = true;
        later.execute(this::tick);
      }
    }

    private synchronized void tick() {
      if (cancelled || waiting == 0) {
        ticking = false;
        return;
      }
      waiting--;
      honest.request(1);
      later.execute(this::tick);
    }

    @Override
    public synchronized void cancel() {
      cancelled = true;
      honest.cancel();
    }
  }
}
