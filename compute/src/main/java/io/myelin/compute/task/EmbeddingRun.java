package io.myelin.compute.task;

import io.myelin.engine.EngineException;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.Offer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An embedding: no chunks, no evidence; the vectors travel in the commit. */
final class EmbeddingRun implements TaskRun {
  private final Offer offer;
  private final InferenceEngine engine;
  private final Listener listener;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private CompletableFuture<EmbeddingResult> embedding = new CompletableFuture<>();

  EmbeddingRun(Offer offer, InferenceEngine engine, Listener listener) {
    this.offer = offer;
    this.engine = engine;
    this.listener = listener;
  }

  @Override
  public Offer offer() {
    return offer;
  }

  @Override
  public void start() {
    try {
      embedding = engine.embed(offer.getEmbedding());
    } catch (RuntimeException e) {
      embedding = CompletableFuture.failedFuture(e);
    }
    var _ = embedding.whenComplete(this::onEnd);
  }

  private void onEnd(@Nullable EmbeddingResult result, @Nullable Throwable error) {
    if (!stopped.getAndSet(true)) {
      if (result != null) {
        GenerationResult counts =
            GenerationResult.newBuilder()
                .setReason(FinishReason.FINISH_REASON_STOP)
                .setPromptTokens(result.getPromptTokens())
                .build();
        Digest head = Digest.of(offer.getStreamHead().toByteArray());
        listener.onOutput(this, new TaskOutput(head, WorkDigest.of(result), counts, null, result));
      } else {
        Throwable cause = error instanceof CompletionException c ? c.getCause() : error;
        listener.onFailure(
            this,
            cause instanceof RuntimeException r
                ? r
                : new EngineException(EngineException.Kind.INTERNAL, String.valueOf(cause)));
      }
    }
    listener.onReleased(this);
  }

  @Override
  public void credit(long chunks) {}

  /** An embedding has no parts. */
  @Override
  public void cut() {}

  @Override
  public void stop() {
    stopped.set(true);
    embedding.cancel(false);
  }
}
