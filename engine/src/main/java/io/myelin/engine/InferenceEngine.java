package io.myelin.engine;

import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Runs one or more models. Implementations: llama.cpp in this process, a worker process over a Unix
 * domain socket, an OpenAI-compatible server. All methods may be called from any thread; listeners
 * are called on threads of the engine and must not block.
 */
public interface InferenceEngine extends AutoCloseable {

  /** The models that can be asked for now, never empty. */
  List<EngineModel> models();

  /**
   * Starts to generate. The listener first gets {@link GenerationListener#onStart}, then chunks as
   * far as {@link Generation#request} allows, then exactly one of {@code onFinished} and {@code
   * onError}. With a prefix, generation goes on from exactly those output tokens, as if this engine
   * had made them itself; the first chunk's {@code seq} is {@code prefix.nextSeq()}.
   */
  Generation generate(GenerationSpec spec, OutputPrefix prefix, GenerationListener listener);

  /**
   * Log-probabilities of given output tokens after a prompt, in one prefill: what this engine would
   * have signed, had it made these tokens under this spec. Where the spec's constraint forbids a
   * given token, that one and all after it have no support.
   *
   * @param outputTokens token ids from the output's start, all below the vocabulary's size
   * @param top alternatives wanted per position, 0..20
   */
  CompletableFuture<Score> score(GenerationSpec spec, List<Integer> outputTokens, int top);

  /** Embeds each input text. */
  CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec);

  /** Stops all work; running generations end in {@link EngineException.Kind#CLOSED}. */
  @Override
  void close();
}
