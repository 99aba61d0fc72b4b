package io.myelin.engine.judge;

import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.sampling.Logistic;
import io.myelin.protocol.usefulness.Criterion;
import io.myelin.protocol.usefulness.Marks;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.TokenLogprob;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Marks by asking the model a rubric's question: how much likelier it says yes than no. For models
 * that can follow it, which planted answers show.
 */
public final class RubricJudge implements AnswerJudge {
  private final CompletableFuture<? extends InferenceEngine> engine;
  private final String model;

  /**
   * With an engine, maybe still being opened, which stays the caller's to close.
   *
   * @param model of the engine, for text
   */
  public RubricJudge(CompletableFuture<? extends InferenceEngine> engine, String model) {
    this.engine = engine;
    this.model = model;
  }

  @Override
  public CompletableFuture<Marks> mark(String question, String answer) {
    return engine.thenCompose(
        opened ->
            mark(opened, question, answer, Criterion.USEFULNESS)
                .thenCombine(mark(opened, question, answer, Criterion.CORRECTNESS), Marks::new));
  }

  private CompletableFuture<Integer> mark(
      InferenceEngine opened, String question, String answer, Criterion criterion) {
    GenerationSpec prompt =
        Prompts.chat(
            model,
            "Question: %s\nReply: %s\n\n%s Say Yes or No."
                .formatted(Prompts.cut(question), Prompts.cut(answer), criterion.rubric()));
    return says(opened, prompt, "Yes")
        .thenCombine(says(opened, prompt, "No"), (yes, no) -> Logistic.thousandths(yes - no));
  }

  private CompletableFuture<Long> says(InferenceEngine opened, GenerationSpec prompt, String word) {
    return opened
        .score(Prompts.text(model, word), List.of(), 0)
        .thenCompose(said -> opened.score(prompt, List.of(said.prompt().getLast()), 0))
        .thenApply(score -> score.tokens().stream().mapToLong(TokenLogprob::getLogprobQ10).sum());
  }
}
