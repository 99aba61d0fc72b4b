package io.myelin.engine;

import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.TokenLogprob;
import java.util.List;

/** Receives one generation. Calls come one after another, never at the same time. */
public interface GenerationListener {

  /** The prompt was accepted and has this many tokens. */
  void onStart(int promptTokens);

  /**
   * Whole tokens and their text.
   *
   * @param evidence the chosen token of each position with its best alternatives, quantised; there
   *     whether or not the client asked for log-probabilities
   */
  void onChunk(GeneratedChunk chunk, List<TokenLogprob> evidence);

  /** The end; nothing follows. */
  void onFinished(GenerationResult result);

  /** Failed; nothing follows. */
  void onError(EngineException error);
}
