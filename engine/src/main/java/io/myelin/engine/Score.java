package io.myelin.engine;

import io.myelin.v1.TokenLogprob;
import java.util.List;

/**
 * Log-probabilities of given output tokens.
 *
 * @param promptTokens tokens of the prompt
 * @param tokens one entry per given token, quantised
 */
public record Score(int promptTokens, List<TokenLogprob> tokens) {

  /** Copies. */
  public Score {
    tokens = List.copyOf(tokens);
  }
}
