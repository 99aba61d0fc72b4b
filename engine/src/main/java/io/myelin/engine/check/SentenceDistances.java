package io.myelin.engine.check;

import io.myelin.engine.EngineException;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.poi.Dispersion;
import io.myelin.v1.Embedding;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Sentence vectors of an engine, for comparing what texts mean. */
public final class SentenceDistances implements Dispersion.Embedder {
  /** The model whose distances the threshold is for. */
  public static final String MODEL = "all-minilm-l6-v2";

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** UTF-16 units that every model reads. */
  private static final int SHORTEST = 64;

  private final CompletableFuture<? extends InferenceEngine> engine;
  private final Duration patience;

  /** With an engine, maybe still being opened, that serves {@link #MODEL}. */
  public SentenceDistances(CompletableFuture<? extends InferenceEngine> engine) {
    this(engine, PATIENCE);
  }

  /**
   * The same.
   *
   * @param patience with which it waits for each text
   */
  public SentenceDistances(CompletableFuture<? extends InferenceEngine> engine, Duration patience) {
    this.engine = engine;
    this.patience = patience;
  }

  /**
   * As told; blocks. Of a text that is longer than the model reads the beginning counts.
   *
   * @throws IllegalStateException when the engine fails or takes too long
   */
  @Override
  public List<float[]> embed(List<String> texts) {
    List<float[]> vectors = new ArrayList<>();
    for (String text : texts) {
      vectors.add(embed(text));
    }
    return vectors;
  }

  private float[] embed(String text) {
    String beginning = text;
    while (true) {
      EmbeddingSpec spec = EmbeddingSpec.newBuilder().setModel(MODEL).addInputs(beginning).build();
      try {
        return vector(
            engine
                .thenCompose(opened -> opened.embed(spec))
                .get(patience.toNanos(), TimeUnit.NANOSECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      } catch (TimeoutException e) {
        throw new IllegalStateException(MODEL + " makes no vectors: " + e, e);
      } catch (ExecutionException e) {
        if (!isTooLong(e.getCause()) || beginning.length() < SHORTEST) {
          throw new IllegalStateException(MODEL + " makes no vectors: " + e, e);
        }
        int half = beginning.length() / 2;
        beginning =
            beginning.substring(
                0, Character.isHighSurrogate(beginning.charAt(half - 1)) ? half - 1 : half);
      }
    }
  }

  private static boolean isTooLong(@Nullable Throwable cause) {
    return cause instanceof EngineException refused
        && refused.kind() == EngineException.Kind.CONTEXT_LENGTH_EXCEEDED;
  }

  private static float[] vector(EmbeddingResult result) {
    Embedding embedding = result.getEmbeddings(0);
    float[] vector = new float[embedding.getValuesCount()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = embedding.getValues(i);
    }
    return vector;
  }
}
