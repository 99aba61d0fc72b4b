package io.myelin.engine.llama;

import io.myelin.engine.Generation;
import io.myelin.engine.OutputPrefix;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens engines over tiny models and runs requests to their end. */
final class TinyEngines {
  static final String MODEL = "tiny";

  private TinyEngines() {}

  static LlamaOptions options(Path weights) {
    return LlamaOptions.of(MODEL, weights, TestModels.libraries())
        .withThreads(1)
        .withSize(TinyModels.CONTEXT, 4);
  }

  static CollectingListener run(LlamaEngine engine, GenerationSpec spec) {
    return run(engine, spec, OutputPrefix.NONE);
  }

  static CollectingListener run(LlamaEngine engine, GenerationSpec spec, OutputPrefix prefix) {
    CollectingListener listener = start(engine, spec, prefix);
    listener.await();
    return listener;
  }

  static CollectingListener start(LlamaEngine engine, GenerationSpec spec, OutputPrefix prefix) {
    CollectingListener listener = new CollectingListener();
    Generation generation = engine.generate(spec, prefix, listener);
    generation.request(Long.MAX_VALUE);
    return listener;
  }

  /** What a client has after {@code chunks}. */
  static OutputPrefix prefix(List<GeneratedChunk> chunks) {
    List<Integer> tokens = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (GeneratedChunk chunk : chunks) {
      tokens.addAll(chunk.getTokensList());
      text.append(chunk.getText().toStringUtf8());
    }
    return new OutputPrefix(tokens, text.toString(), chunks.size());
  }
}
