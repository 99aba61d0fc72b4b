package io.myelin.gateway.hub;

import io.myelin.protocol.work.Exam;

/**
 * An exam that is not done in the time of the slowest node that is let in. Nobody is condemned for
 * old hardware; but no client waits for it either.
 */
public final class SlowExamException extends Exception {
  private static final long serialVersionUID = 1;

  private SlowExamException(String what, long seconds, int context) {
    super(
        "too slow: %s over %d words of context was not done in the %d s allowed (expected: %d token and %d words of context a second, or more; all models together in %d s at most)"
            .formatted(
                what,
                context,
                seconds,
                Exam.LEAST_TOKENS_PER_SECOND,
                Exam.LEAST_CONTEXT_PER_SECOND,
                Exam.MOST_SECONDS));
  }

  /** Not all answers came within the time for all of them. */
  public static SlowExamException unfinished(long seconds, int context) {
    return new SlowExamException("the exam", seconds, context);
  }

  /** No answer came within the time for one. */
  public static SlowExamException unbegun(long seconds, int context) {
    return new SlowExamException("the first answer of the exam", seconds, context);
  }
}
