package io.myelin.engine.upstream;

import io.myelin.engine.EngineException;
import io.myelin.engine.GenerationListener;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.TokenLogprob;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Tells a cancellation by the engine's end apart from one by the consumer. */
record ClosedAware(GenerationListener to, BooleanSupplier closed) implements GenerationListener {
  @Override
  public void onStart(int promptTokens) {
    to.onStart(promptTokens);
  }

  @Override
  public void onChunk(GeneratedChunk chunk, List<TokenLogprob> evidence) {
    to.onChunk(chunk, evidence);
  }

  @Override
  public void onFinished(GenerationResult result) {
    boolean cut = result.getReason() == FinishReason.FINISH_REASON_CANCELLED;
    if (cut && closed.getAsBoolean()) {
      to.onError(new EngineException(EngineException.Kind.CLOSED, "the engine was closed"));
    } else {
      to.onFinished(result);
    }
  }

  @Override
  public void onError(EngineException error) {
    to.onError(error);
  }
}
