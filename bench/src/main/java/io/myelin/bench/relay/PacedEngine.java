package io.myelin.bench.relay;

import com.google.protobuf.ByteString;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.Generation;
import io.myelin.engine.GenerationListener;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.OutputPrefix;
import io.myelin.engine.Score;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes one stamped token per interval and generation, whatever the prompt: a model whose speed is
 * known, so that what is measured is the relay.
 */
final class PacedEngine implements InferenceEngine {
  static final String MODEL = "paced";

  private final long intervalNanos;
  private final int slots;
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("paced-engine").daemon().unstarted(task));

  PacedEngine(long intervalNanos, int slots) {
    this.intervalNanos = intervalNanos;
    this.slots = slots;
  }

  @Override
  public List<EngineModel> models() {
    return List.of(new EngineModel(MODEL, "00".repeat(32), 1 << 20, 1000, slots, "paced", false));
  }

  @Override
  public Generation generate(
      GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
    var run = new Run(spec.getMaxTokens(), prefix, listener);
    // Streams start anywhere in the interval: real ones do not tick together.
    long phase = ThreadLocalRandom.current().nextLong(intervalNanos);
    run.timer =
        scheduler.scheduleAtFixedRate(run::tick, phase, intervalNanos, TimeUnit.NANOSECONDS);
    return run;
  }

  @Override
  public CompletableFuture<Score> score(GenerationSpec spec, List<Integer> outputTokens, int top) {
    return CompletableFuture.failedFuture(
        new EngineException(EngineException.Kind.BAD_REQUEST, "the paced engine scores nothing"));
  }

  @Override
  public CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec) {
    return CompletableFuture.failedFuture(
        new EngineException(EngineException.Kind.BAD_REQUEST, "the paced engine embeds nothing"));
  }

  @Override
  public void close() {
    scheduler.shutdownNow();
  }

  /** One generation; all its work happens on the scheduler's thread. */
  private final class Run implements Generation {
    private final int maxTokens;
    private final GenerationListener listener;
    private int made;
    private int seq;
    private long credit;
    private boolean started;
    private boolean ended;
    private volatile @Nullable ScheduledFuture<?> timer;

    Run(int maxTokens, OutputPrefix prefix, GenerationListener listener) {
      this.maxTokens = maxTokens;
      this.listener = listener;
      this.made = prefix.tokens().size();
      this.seq = prefix.nextSeq();
    }

    private void tick() {
      if (ended) {
        return;
      }
      if (!started) {
        started = true;
        listener.onStart(1);
      }
      if (credit <= 0) {
        return;
      }
      credit--;
      made++;
      listener.onChunk(
          GeneratedChunk.newBuilder()
              .setSeq(seq++)
              .addTokens(made % 1000)
              .setText(ByteString.copyFromUtf8(StampedToken.at(System.nanoTime())))
              .build(),
          List.of());
      if (made >= maxTokens) {
        end(FinishReason.FINISH_REASON_LENGTH);
      }
    }

    private void end(FinishReason reason) {
      ended = true;
      ScheduledFuture<?> running = timer;
      if (running != null) {
        running.cancel(false);
      }
      listener.onFinished(
          GenerationResult.newBuilder()
              .setReason(reason)
              .setPromptTokens(1)
              .setOutputTokens(made)
              .build());
    }

    @Override
    public void request(long chunks) {
      scheduler.execute(() -> credit += chunks);
    }

    @Override
    public void cancel() {
      scheduler.execute(
          () -> {
            if (!ended) {
              end(FinishReason.FINISH_REASON_CANCELLED);
            }
          });
    }
  }
}
