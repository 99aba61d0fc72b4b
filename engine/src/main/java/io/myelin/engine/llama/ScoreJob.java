package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.Score;
import io.myelin.engine.sampling.Distribution;
import io.myelin.v1.TokenLogprob;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One prefill over prompt and given output; the log-probabilities of that output. */
final class ScoreJob extends SequenceJob {
  private final LlamaModel model;
  private final int promptTokens;
  private final int top;
  private final CompletableFuture<Score> result;
  private final List<TokenLogprob> scored = new ArrayList<>();

  ScoreJob(
      LlamaModel model,
      int[] prompt,
      List<Integer> output,
      int top,
      CompletableFuture<Score> result) {
    super(new TokenList(prompt));
    this.model = model;
    this.promptTokens = prompt.length;
    this.top = top;
    this.result = result;
    for (int token : output) {
      model.checkToken(token);
      tokens().add(token);
    }
  }

  @Override
  boolean wantsLogits(int position) {
    return position >= promptTokens - 1;
  }

  @Override
  int firstLogits() {
    return promptTokens - 1 + scored.size();
  }

  @Override
  int target() {
    // The last output token is scored by the logits before it.
    return tokens().size() - 1;
  }

  @Override
  boolean runnable() {
    return true;
  }

  @Override
  boolean cancelled() {
    return result.isCancelled();
  }

  @Override
  int ranksWanted() {
    return Math.max(1, top);
  }

  @Override
  boolean start() {
    return tokens().size() == promptTokens && complete();
  }

  @Override
  boolean advance(int position, Distribution distribution) {
    scored.add(Evidence.of(model, distribution, tokens().get(position + 1), top));
    return position + 1 == target() && complete();
  }

  private boolean complete() {
    result.complete(new Score(promptTokens, scored));
    return true;
  }

  @Override
  void finishCancelled() {
    fail(new EngineException(Kind.INTERNAL, "the score was cancelled"));
  }

  @Override
  void fail(EngineException error) {
    result.completeExceptionally(error);
  }
}
