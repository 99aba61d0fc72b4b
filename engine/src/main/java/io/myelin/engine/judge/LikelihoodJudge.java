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

  private final CompletableFuture<? extends InferenceEngine> engine;
  private final String model;

  /**
   * With an engine, maybe still being opened, which stays the caller's to close.
   *
   * @param model of the engine, for text
   */
  public LikelihoodJudge(CompletableFuture<? extends InferenceEngine> engine, String model) {
    this.engine = engine;
    this.model = model;
  }

  @Override
  public CompletableFuture<Marks> mark(String question, String answer) {
    if (answer.isBlank()) {
      return CompletableFuture.completedFuture(new Marks(0, 0));
    }
    return engine.thenCompose(opened -> mark(opened, Prompts.cut(question), Prompts.cut(answer)));
  }

  private CompletableFuture<Marks> mark(InferenceEngine opened, String question, String answer) {
    return opened
        .score(Prompts.text(model, answer), List.of(), 0)
        .thenCompose(
            said -> {
              List<Integer> tokens = said.prompt();
              return after(opened, question, tokens)
                  .thenCombine(
                      after(opened, NO_QUESTION, tokens),
                      (asked, unasked) -> Marks.ofLikelihood(asked, unasked, tokens.size()));
            });
  }

  private CompletableFuture<Long> after(
      InferenceEngine opened, String question, List<Integer> tokens) {
    return opened
        .score(Prompts.chat(model, question), tokens, 0)
        .thenApply(score -> score.tokens().stream().mapToLong(TokenLogprob::getLogprobQ10).sum());
  }
}
