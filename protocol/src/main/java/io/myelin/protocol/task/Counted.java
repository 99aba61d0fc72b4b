package io.myelin.protocol.task;

/**
 * What a task that ended costs: only what was delivered, once.
 *
 * @param promptTokens tokens of the prompt; 0 unless completed, because only a node's signed
 *     commitment proves them
 * @param outputTokens tokens the client was given
 */
public record Counted(int promptTokens, int outputTokens) {

  /** Costs nothing. */
  public static final Counted NOTHING = new Counted(0, 0);
}
