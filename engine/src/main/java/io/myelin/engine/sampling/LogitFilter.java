package io.myelin.engine.sampling;

/**
 * Restricts what one sequence may say next, for constrained output. Used by one thread at a time.
 */
public interface LogitFilter {

  /**
   * Whether {@code token} may come next. Asked for the most likely tokens first and, only while
   * none is allowed, for more: so the answer may be worked out lazily. Tokens that end the
   * generation are asked for like any other.
   */
  boolean allows(int token);

  /** {@code token} was accepted as the next one, from a delivered prefix or by the sampler. */
  void accept(int token);

  /** Makes a filter for one generation. */
  @FunctionalInterface
  interface Factory {
    /**
     * A new filter in its start state.
     *
     * @throws io.myelin.engine.EngineException of kind BAD_REQUEST if the constraint cannot be kept
     */
    LogitFilter create(io.myelin.v1.OutputConstraint constraint, Vocabulary vocabulary);
  }
}
