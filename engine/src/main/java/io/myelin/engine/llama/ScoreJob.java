package io.myelin.engine.llama;

import com.google.protobuf.ByteString;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.Score;
import io.myelin.engine.sampling.Distribution;
import io.myelin.engine.sampling.Sampler;
import io.myelin.v1.TokenLogprob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One prefill over prompt and given output; what a generation of that output would have said of it.
 */
final class ScoreJob extends SequenceJob {
  private final LlamaModel model;
  private final int promptTokens;
  private final int[] prompt;
  private final int top;
  private final Sampler sampler;
  private final CompletableFuture<Score> result;
  private final List<TokenLogprob> scored = new ArrayList<>();
  private final List<Integer> ends = new ArrayList<>();
  private boolean broken;

  ScoreJob(
      LlamaModel model,
      int[] prompt,
      List<Integer> output,
      int top,
      Sampler sampler,
      CompletableFuture<Score> result) {
    super(new TokenList(prompt));
    this.model = model;
    this.promptTokens = prompt.length;
    this.prompt = prompt;
    this.top = top;
    this.sampler = sampler;
    this.result = result;
    for (int token : output) {
      model.checkToken(token);
      if (model.endsGeneration(token)) {
        ends.add(tokens().size() - promptTokens);
      }
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
    return Math.max(top, sampler.ranksWanted());
  }

  @Override
  boolean start() {
    return tokens().size() == promptTokens && complete();
  }

  @Override
  boolean advance(int position, Distribution distribution) {
    int token = tokens().get(position + 1);
    ByteString support = support(distribution, token);
    scored.add(Evidence.of(model, distribution, token, top, support));
    return position + 1 == target() && complete();
  }

  // What breaks the constraint was never chosen under it, nor was what follows.
  private ByteString support(Distribution distribution, int token) {
    if (broken) {
      return ByteString.EMPTY;
    }
    try {
      sampler.choose(distribution, scored.size());
    } catch (IllegalStateException e) {
      broken = true;
      return ByteString.EMPTY;
    }
    broken = !sampler.allows(token);
    if (!broken) {
      sampler.accept(token);
    }
    return broken ? ByteString.EMPTY : sampler.support();
  }

  private boolean complete() {
    leave();
    result.complete(new Score(promptTokens, scored, Arrays.stream(prompt).boxed().toList(), ends));
    return true;
  }

  @Override
  void finishCancelled() {
    fail(new EngineException(Kind.INTERNAL, "the score was cancelled"));
  }

  @Override
  void fail(EngineException error) {
    leave();
    result.completeExceptionally(error);
  }
}
