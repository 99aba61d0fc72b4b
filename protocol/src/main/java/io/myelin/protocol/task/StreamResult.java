package io.myelin.protocol.task;

/**
 * How the primary said its stream ended.
 *
 * @param finishReason stop, length or tool_calls
 * @param promptTokens tokens of the prompt
 * @param outputTokens tokens of the whole output, a continued prefix included
 */
public record StreamResult(String finishReason, int promptTokens, int outputTokens) {

  /** Checks ranges. */
  public StreamResult {
    if (finishReason.isEmpty() || promptTokens < 0 || outputTokens < 0) {
      throw new IllegalArgumentException(
          "result: \"%s\", %d, %d (expected: a reason and counts >= 0)"
              .formatted(finishReason, promptTokens, outputTokens));
    }
  }
}
