package io.myelin.compute.fault;

import io.myelin.engine.EngineException;
import io.myelin.engine.GenerationListener;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.TokenLogprob;
import java.util.List;
import java.util.function.UnaryOperator;

/** Tells another story than the engine, chunk by chunk and at the end. */
record Retelling(
    GenerationListener listener,
    UnaryOperator<GeneratedChunk> chunks,
    UnaryOperator<List<TokenLogprob>> evidence,
    UnaryOperator<GenerationResult> results)
    implements GenerationListener {
  @Override
  public void onStart(int promptTokens) {
    listener.onStart(promptTokens);
  }

  @Override
  public void onChunk(GeneratedChunk chunk, List<TokenLogprob> tokens) {
    listener.onChunk(chunks.apply(chunk), evidence.apply(tokens));
  }

  @Override
  public void onFinished(GenerationResult result) {
    listener.onFinished(results.apply(result));
  }

  @Override
  public void onError(EngineException error) {
    listener.onError(error);
  }
}
