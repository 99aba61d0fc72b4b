package io.myelin.engine;

import io.myelin.v1.TokenLogprob;
import java.util.List;

/**
 * What an engine says of given output tokens: exactly what it would have said had it made them.
 *
 * @param promptTokens tokens of the prompt
 * @param tokens one entry per given token, quantised, with the support of the draw at its place
 * @param prompt the prompt's token ids; empty from an engine that does not tell
 * @param ends positions of given tokens that end a generation, rising
 */
public record Score(
    int promptTokens, List<TokenLogprob> tokens, List<Integer> prompt, List<Integer> ends) {

  /** Copies. */
  public Score {
    tokens = List.copyOf(tokens);
    prompt = List.copyOf(prompt);
    ends = List.copyOf(ends);
  }

  /** Without what only engines with a vocabulary know. */
  public Score(int promptTokens, List<TokenLogprob> tokens) {
    this(promptTokens, tokens, List.of(), List.of());
  }
}
