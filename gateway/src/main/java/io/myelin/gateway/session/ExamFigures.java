package io.myelin.gateway.session;

import java.util.List;

/**
 * How a node did in its last exam at this gateway.
 *
 * @param passed whether a committee let it in
 * @param detail why, in words
 * @param atMillis when (Unix time)
 * @param measured what this gateway measured, of each model that it answered in
 */
public record ExamFigures(boolean passed, String detail, long atMillis, List<Measured> measured) {
  /** Copies. */
  public ExamFigures {
    measured = List.copyOf(measured);
  }

  /**
   * One answer, from the question (or the answer before) until it was here.
   *
   * @param model as clients name it
   * @param context words that the question had before it
   * @param promptTokens of the question, context included, as the node counted them
   * @param outputTokens of the answer
   * @param millis it took, the way there and back included
   */
  public record Measured(
      String model, int context, int promptTokens, int outputTokens, long millis) {
    /** Thousandths of output tokens a second; reading the question takes from it. */
    public long millitokensPerSecond() {
      return outputTokens * 1_000_000L / Math.max(1, millis);
    }
  }
}
