package io.myelin.engine.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * Sizes and field offsets of llama.cpp's structs, 64-bit, version 0.5.0. They are checked against
 * the defaults the library returns, so that another version fails at start and not by corruption.
 */
final class Layouts {
  static final StructLayout MODEL_PARAMS = opaque(80);
  static final long MODEL_GPU_LAYERS = 16;
  static final long MODEL_VOCAB_ONLY = 72;
  static final long MODEL_CHECK_TENSORS = 73;
  static final long MODEL_EXTRA_BUFFERS = 74;

  static final StructLayout CONTEXT_PARAMS = opaque(160);
  static final long CONTEXT_N_CTX = 0;
  static final long CONTEXT_N_BATCH = 4;
  static final long CONTEXT_N_UBATCH = 8;
  static final long CONTEXT_N_SEQ_MAX = 12;
  static final long CONTEXT_N_THREADS = 28;
  static final long CONTEXT_N_THREADS_BATCH = 32;
  static final long CONTEXT_POOLING = 44;
  static final long CONTEXT_FLASH_ATTENTION = 52;
  static final long CONTEXT_TYPE_K = 104;
  static final long CONTEXT_TYPE_V = 108;
  static final long CONTEXT_EMBEDDINGS = 128;
  static final long CONTEXT_KV_UNIFIED = 133;

  static final StructLayout QUANTIZE_PARAMS = opaque(64);
  static final long QUANTIZE_THREADS = 0;
  static final long QUANTIZE_TYPE = 4;
  static final long QUANTIZE_ALLOW_REQUANTIZE = 16;
  static final long QUANTIZE_PRUNE_LAYERS = 48;

  static final StructLayout BATCH = opaque(56);
  static final long BATCH_N_TOKENS = 0;
  static final long BATCH_TOKEN = 8;
  static final long BATCH_POS = 24;
  static final long BATCH_N_SEQ_ID = 32;
  static final long BATCH_SEQ_ID = 40;
  static final long BATCH_LOGITS = 48;

  private Layouts() {}

  // All of these are passed in memory, so only size and alignment matter.
  private static StructLayout opaque(long bytes) {
    return MemoryLayout.structLayout(MemoryLayout.sequenceLayout(bytes / 8, JAVA_LONG));
  }

  /** Refuses a library whose defaults are not where this class expects them. */
  static void check(MemorySegment model, MemorySegment context, String version) {
    boolean modelFits =
        model.get(JAVA_INT, MODEL_GPU_LAYERS) == -1
            && model.get(JAVA_INT, 20) == 1
            && model.get(JAVA_INT, 24) == -1
            && model.get(JAVA_BYTE, MODEL_VOCAB_ONLY) == 0
            && model.get(JAVA_BYTE, MODEL_CHECK_TENSORS) == 0
            && model.get(JAVA_BYTE, MODEL_EXTRA_BUFFERS) == 1;
    boolean contextFits =
        context.get(JAVA_INT, CONTEXT_N_CTX) == 512
            && context.get(JAVA_INT, CONTEXT_N_BATCH) == 2048
            && context.get(JAVA_INT, CONTEXT_N_UBATCH) == 512
            && context.get(JAVA_INT, CONTEXT_N_SEQ_MAX) == 1
            && context.get(JAVA_INT, CONTEXT_N_THREADS) == 4
            && context.get(JAVA_INT, CONTEXT_N_THREADS_BATCH) == 4
            && context.get(JAVA_INT, CONTEXT_POOLING) == -1
            && context.get(JAVA_INT, CONTEXT_FLASH_ATTENTION) == -1
            && context.get(JAVA_INT, CONTEXT_TYPE_K) == 1
            && context.get(JAVA_INT, CONTEXT_TYPE_V) == 1
            && context.get(JAVA_BYTE, CONTEXT_EMBEDDINGS) == 0
            && context.get(JAVA_BYTE, 129) == 1
            && context.get(JAVA_BYTE, CONTEXT_KV_UNIFIED) == 0;
    if (!modelFits || !contextFits) {
      throw new EngineException(
          Kind.INTERNAL,
          "llama.cpp "
              + version
              + ": its structs are not laid out as in 0.5.0 (expected: the version that"
              + " package-lock.json pins)");
    }
  }
}
