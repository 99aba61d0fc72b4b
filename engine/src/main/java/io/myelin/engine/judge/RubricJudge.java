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
  private final InferenceEngine engine;

  /** With an engine, which stays the caller's to close. */
  public RubricJudge(InferenceEngine engine) {
    this.engine = engine;
  }

  @Override
  public CompletableFuture<Marks> mark(String model, String question, String answer) {
    return mark(model, question, answer, Criterion.USEFULNESS)
        .thenCombine(mark(model, question, answer, Criterion.CORRECTNESS), Marks::new);
  }

  private CompletableFuture<Integer> mark(
      String model, String question, String answer, Criterion criterion) {
    GenerationSpec prompt =
        Prompts.chat(
            model,
            "Question: %s\nReply: %s\n\n%s Say Yes or No."
                .formatted(Prompts.cut(question), Prompts.cut(answer), criterion.rubric()));
    return says(prompt, "Yes")
        .thenCombine(says(prompt, "No"), (yes, no) -> Logistic.thousandths(yes - no));
  }

  private CompletableFuture<Long> says(GenerationSpec prompt, String word) {
    return engine
        .score(Prompts.text(prompt.getModel(), word), List.of(), 0)
        .thenCompose(said -> engine.score(prompt, List.of(said.prompt().getLast()), 0))
        .thenApply(score -> score.tokens().stream().mapToLong(TokenLogprob::getLogprobQ10).sum());
  }
}
