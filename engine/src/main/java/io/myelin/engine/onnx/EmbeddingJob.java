package io.myelin.engine.onnx;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.wordpiece.WordPieceTokenizer;
import io.myelin.v1.Embedding;
import io.myelin.v1.EmbeddingResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One request: first all its texts become tokens, so that one too long costs no computing, then
 * each becomes a vector. Steps of one request may run on several threads, but not the first.
 */
final class EmbeddingJob {
  /** Beyond this nobody counts how long a text is. */
  static final int MOST_COUNTED = 8192;

  private final List<String> inputs;
  private final List<long[]> tokens = new ArrayList<>();
  private final float[][] vectors;
  private final AtomicInteger missing;
  private final CompletableFuture<EmbeddingResult> result = new CompletableFuture<>();
  private int next;

  EmbeddingJob(List<String> inputs) {
    this.inputs = List.copyOf(inputs);
    this.vectors = new float[inputs.size()][];
    this.missing = new AtomicInteger(inputs.size());
  }

  /** Done when every text has its vector; whoever cancels it saves the steps not yet begun. */
  CompletableFuture<EmbeddingResult> result() {
    return result;
  }

  /**
   * The first step.
   *
   * @param most tokens a text may have
   * @throws EngineException CONTEXT_LENGTH_EXCEEDED
   */
  void tokenize(WordPieceTokenizer tokenizer, int most) {
    for (int i = 0; i < inputs.size() && !result.isDone(); i++) {
      int[] ids = tokenizer.encode(inputs.get(i), MOST_COUNTED);
      if (ids.length > most) {
        String found = ids.length > MOST_COUNTED ? "over " + MOST_COUNTED : "" + ids.length;
        throw new EngineException(
            Kind.CONTEXT_LENGTH_EXCEEDED,
            "input%s: %s tokens (expected: at most %d; split the text, it is never cut short here)"
                .formatted(inputs.size() == 1 ? "" : "[" + i + "]", found, most));
      }
      tokens.add(Arrays.stream(ids).asLongStream().toArray());
    }
  }

  /** The number of a further step, or -1. Not for two threads at once. */
  int nextStep() {
    return result.isDone() || next == inputs.size() ? -1 : next++;
  }

  /** Whether any step is left. As {@link #nextStep}. */
  boolean hasMore() {
    return !result.isDone() && next < inputs.size();
  }

  /** One text's vector; the last one completes the result. */
  void compute(int input, SentenceModel model) {
    long[] ids = tokens.get(input);
    long[] mask = new long[ids.length];
    Arrays.fill(mask, 1);
    float[] vector =
        Pooling.normalised(Pooling.mean(model.hiddenStates(ids, mask), mask, model.dimensions()));
    for (float value : vector) {
      if (!Float.isFinite(value)) {
        throw new EngineException(
            Kind.INTERNAL, "the model gave " + value + " in a vector (expected: a number)");
      }
    }
    vectors[input] = vector;
    if (missing.decrementAndGet() == 0) {
      result.complete(whole());
    }
  }

  private EmbeddingResult whole() {
    EmbeddingResult.Builder whole = EmbeddingResult.newBuilder();
    for (float[] vector : vectors) {
      Embedding.Builder embedding = Embedding.newBuilder();
      for (float value : vector) {
        embedding.addValues(value);
      }
      whole.addEmbeddings(embedding);
    }
    return whole.setPromptTokens(tokens.stream().mapToInt(ids -> ids.length).sum()).build();
  }

  void fail(RuntimeException failure) {
    result.completeExceptionally(failure);
  }
}
