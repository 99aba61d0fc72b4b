package io.myelin.engine.judge;

import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.usefulness.Marks;
import io.myelin.v1.TokenLogprob;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Marks by how likely the model finds the answer, with the question and without: two prefills, and
 * nothing is generated. Works with models that are too small to follow a rubric.
 */
public final class LikelihoodJudge implements AnswerJudge {
  private static final String NO_QUESTION = "Say something.";

  private final InferenceEngine engine;

  /** With an engine, which stays the caller's to close. */
  public LikelihoodJudge(InferenceEngine engine) {
    this.engine = engine;
  }

  @Override
  public CompletableFuture<Marks> mark(String model, String question, String answer) {
    if (answer.isBlank()) {
      return CompletableFuture.completedFuture(new Marks(0, 0));
    }
    return engine
        .score(Prompts.text(model, Prompts.cut(answer)), List.of(), 0)
        .thenCompose(
            said -> {
              List<Integer> tokens = said.prompt();
              return after(model, Prompts.cut(question), tokens)
                  .thenCombine(
                      after(model, NO_QUESTION, tokens),
                      (asked, unasked) -> Marks.ofLikelihood(asked, unasked, tokens.size()));
            });
  }

  private CompletableFuture<Long> after(String model, String question, List<Integer> tokens) {
    return engine
        .score(Prompts.chat(model, question), tokens, 0)
        .thenApply(score -> score.tokens().stream().mapToLong(TokenLogprob::getLogprobQ10).sum());
  }
}
