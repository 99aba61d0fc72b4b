package io.myelin.cli.chaos;

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
import io.myelin.v1.TokenLogprob;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/** An engine without a model: token {@code i} of every answer is the word {@code w<i>}. */
final class WordEngine implements InferenceEngine {
  /** The one model. */
  static final String MODEL = "words";

  private static final int PROMPT_TOKENS = 7;
  private static final int ROOM = 1 << 16;

  private final int slots;

  WordEngine(int slots) {
    this.slots = slots;
  }

  private static final class Words implements Generation, Runnable {
    private final GenerationSpec spec;
    private final OutputPrefix prefix;
    private final GenerationListener listener;
    private final Semaphore credit = new Semaphore(0);
    private final AtomicBoolean cancelled = new AtomicBoolean();

    Words(GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
      this.spec = spec;
      this.prefix = prefix;
      this.listener = listener;
    }

    @Override
    public void request(long chunks) {
      credit.release(Math.toIntExact(Math.min(chunks, ROOM)));
    }

    @Override
    public void cancel() {
      cancelled.set(true);
      credit.release();
    }

    @Override
    public void run() {
      listener.onStart(PROMPT_TOKENS);
      int at = prefix.tokens().size();
      int seq = prefix.nextSeq();
      while (at < spec.getMaxTokens()) {
        credit.acquireUninterruptibly();
        if (cancelled.get()) {
          break;
        }
        listener.onChunk(
            GeneratedChunk.newBuilder()
                .setSeq(seq++)
                .addTokens(at)
                .setText(ByteString.copyFromUtf8("w" + at + " "))
                .build(),
            List.of(TokenLogprob.newBuilder().setToken(at).setLogprobQ10(-at).build()));
        at++;
      }
      listener.onFinished(
          GenerationResult.newBuilder()
              .setReason(
                  cancelled.get()
                      ? FinishReason.FINISH_REASON_CANCELLED
                      : FinishReason.FINISH_REASON_LENGTH)
              .setPromptTokens(PROMPT_TOKENS)
              .setOutputTokens(at)
              .build());
    }
  }

  @Override
  public List<EngineModel> models() {
    return List.of(new EngineModel(MODEL, "", ROOM, ROOM, slots, "words", false));
  }

  @Override
  public Generation generate(
      GenerationSpec spec, OutputPrefix prefix, GenerationListener listener) {
    Words words = new Words(spec, prefix, listener);
    Thread.ofVirtual().name("words").start(words);
    return words;
  }

  @Override
  public CompletableFuture<Score> score(GenerationSpec spec, List<Integer> outputTokens, int top) {
    return CompletableFuture.completedFuture(
        new Score(
            PROMPT_TOKENS,
            outputTokens.stream()
                .map(id -> TokenLogprob.newBuilder().setToken(id).setLogprobQ10(-id).build())
                .toList()));
  }

  @Override
  public CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec) {
    return CompletableFuture.failedFuture(
        new EngineException(
            EngineException.Kind.BAD_REQUEST, "embeddings: not of this model (expected: text)"));
  }

  @Override
  public void close() {}
}
