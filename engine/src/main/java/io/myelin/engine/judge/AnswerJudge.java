package io.myelin.engine.judge;

import io.myelin.protocol.usefulness.Marks;
import java.util.concurrent.CompletableFuture;

/** Gives an answer its marks. Calls may come from any thread. */
public interface AnswerJudge {
  /** Longer questions and answers are cut: marks are of their beginning. */
  int MOST_CHARACTERS = 2_000;

  /**
   * Marks one answer.
   *
   * @return marks; fails when the judge's engine does
   */
  CompletableFuture<Marks> mark(String question, String answer);
}
