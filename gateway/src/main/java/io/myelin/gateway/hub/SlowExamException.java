package io.myelin.gateway.hub;

import io.myelin.protocol.work.Exam;

/**
 * An exam that is not done in the time of the slowest node that is let in. Nobody is condemned for
 * old hardware; but no client waits for it either.
 */
public final class SlowExamException extends Exception {
  private static final long serialVersionUID = 1;

  SlowExamException(long seconds, int context) {
    super(
        "too slow: the exam over %d words of context was not done in %d s (expected: %d token and %d words of context a second, or more)"
            .formatted(
                context, seconds, Exam.LEAST_TOKENS_PER_SECOND, Exam.LEAST_CONTEXT_PER_SECOND));
  }
}
