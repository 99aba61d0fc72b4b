package io.myelin.protocol.task;

/**
 * What a task that ended costs: only what was delivered, once.
 *
 * @param promptTokens tokens of the prompt
 * @param outputTokens tokens the client was given, and a node signed for
 */
public record Counted(int promptTokens, int outputTokens) {

  /** Costs nothing. */
  public static final Counted NOTHING = new Counted(0, 0);
}
