package io.myelin.engine.check;

import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.poi.Dispersion;
import io.myelin.v1.Embedding;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sentence vectors of an engine, for comparing what texts mean. */
public final class SentenceDistances implements Dispersion.Embedder {
  /** The model whose distances the threshold is for. */
  public static final String MODEL = "all-minilm-l6-v2";

  private static final int PATIENCE_SECONDS = 10;

  private final CompletableFuture<? extends InferenceEngine> engine;

  /** With an engine, maybe still being opened, that serves {@link #MODEL}. */
  public SentenceDistances(CompletableFuture<? extends InferenceEngine> engine) {
    this.engine = engine;
  }

  /**
   * As told; blocks.
   *
   * @throws IllegalStateException when the engine fails or takes too long
   */
  @Override
  public List<float[]> embed(List<String> texts) {
    EmbeddingSpec spec = EmbeddingSpec.newBuilder().setModel(MODEL).addAllInputs(texts).build();
    EmbeddingResult result;
    try {
      result =
          engine.thenCompose(opened -> opened.embed(spec)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(MODEL + " makes no vectors: " + e, e);
    }
    List<float[]> vectors = new ArrayList<>();
    for (Embedding embedding : result.getEmbeddingsList()) {
      float[] vector = new float[embedding.getValuesCount()];
      for (int i = 0; i < vector.length; i++) {
        vector[i] = embedding.getValues(i);
      }
      vectors.add(vector);
    }
    return vectors;
  }
}
