package io.myelin.compute.fault;

import io.myelin.engine.EngineModel;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.Score;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GenerationSpec;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An engine that is what another is, but for how it generates. */
abstract class PassingEngine implements InferenceEngine {
  /** What it passes everything else on to. */
  final InferenceEngine honest;

  PassingEngine(InferenceEngine honest) {
    this.honest = honest;
  }

  @Override
  public List<EngineModel> models() {
    return honest.models();
  }

  @Override
  public CompletableFuture<Score> score(GenerationSpec spec, List<Integer> tokens, int top) {
    return honest.score(spec, tokens, top);
  }

  @Override
  public CompletableFuture<EmbeddingResult> embed(EmbeddingSpec spec) {
    return honest.embed(spec);
  }

  @Override
  public void close() {
    honest.close();
  }
}
