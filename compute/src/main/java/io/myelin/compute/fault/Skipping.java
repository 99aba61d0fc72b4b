package io.myelin.compute.fault;

import io.myelin.engine.EngineException;
import io.myelin.engine.GenerationListener;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.TokenLogprob;
import java.util.List;

/** Says each n-th chunk twice, and so has one less to compute for as long an answer. */
final class Skipping implements GenerationListener {
  private final GenerationListener listener;
  private final int every;
  private int chunks;
  private int added;
  private int addedTokens;

  Skipping(GenerationListener listener, int every) {
    this.listener = listener;
    this.every = every;
  }

  @Override
  public void onStart(int promptTokens) {
    listener.onStart(promptTokens);
  }

  @Override
  public void onChunk(GeneratedChunk chunk, List<TokenLogprob> evidence) {
    chunks++;
    listener.onChunk(numbered(chunk), evidence);
    // Of each so many, one is a repetition.
    if (chunks % (every - 1) == 0) {
      added++;
      addedTokens += chunk.getTokensCount();
      listener.onChunk(numbered(chunk), evidence);
    }
  }

  private GeneratedChunk numbered(GeneratedChunk chunk) {
    return chunk.toBuilder().setSeq(chunk.getSeq() + added).build();
  }

  @Override
  public void onFinished(GenerationResult result) {
    listener.onFinished(
        result.toBuilder().setOutputTokens(result.getOutputTokens() + addedTokens).build());
  }

  @Override
  public void onError(EngineException error) {
    listener.onError(error);
  }
}
