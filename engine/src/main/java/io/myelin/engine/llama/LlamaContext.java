package io.myelin.engine.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.OptionalLong;

/**
 * One native context: the cache of all sequences and one batch. Used by one thread, except {@link
 * #abort}. Its settings are those under which decode and prefill agree bit for bit.
 */
@SuppressWarnings("restricted") // Reads native results in place.
final class LlamaContext implements AutoCloseable {
  /** What {@link #decode} says. */
  enum Outcome {
    DONE,
    /** The batch was cut short; what is cached must be asked for. */
    ABORTED,
    FAILED
  }

  private static final int TYPE_BF16 = 30;
  private static final int FLASH_ON = 1;
  // Compute buffers and what the runtime takes besides; measured at about 100 MB for SmolLM2.
  private static final long OVERHEAD_BYTES = 160L << 20;

  private final LlamaApi api;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment context;
  private final MemorySegment memory;
  private final MemorySegment batch;
  private final MemorySegment tokens;
  private final MemorySegment positions;
  private final MemorySegment sequences;
  private final MemorySegment flags;
  private final MemorySegment abortCallback;
  private final int contextLength;
  private int batchSize;
  private boolean abortable;
  private volatile boolean abortWanted;

  LlamaContext(LlamaModel model, int contextLength, int slots, int threads, int batchCapacity) {
    this.api = model.runtime().api();
    // The library pads each sequence's share to 256.
    long padded = (contextLength + 255L) / 256 * 256;
    long needed = padded * slots * model.cacheBytesPerToken() + OVERHEAD_BYTES;
    OptionalLong available = MachineMemory.available();
    if (padded * slots > Integer.MAX_VALUE
        || (available.isPresent() && needed > available.getAsLong())) {
      throw new EngineException(
          Kind.OUT_OF_MEMORY,
          "context of %d tokens for %d slots needs about %,d bytes (expected: at most %s free now; use a shorter context or fewer slots)"
              .formatted(
                  contextLength,
                  slots,
                  needed,
                  available.isPresent() ? "%,d".formatted(available.getAsLong()) : "what is"));
    }
    model.runtime().log().clear();
    MemorySegment params = api.contextDefaults(arena);
    params.set(JAVA_INT, Layouts.CONTEXT_N_CTX, (int) (padded * slots));
    params.set(JAVA_INT, Layouts.CONTEXT_N_BATCH, batchCapacity);
    params.set(JAVA_INT, Layouts.CONTEXT_N_UBATCH, batchCapacity);
    params.set(JAVA_INT, Layouts.CONTEXT_N_SEQ_MAX, slots);
    params.set(JAVA_INT, Layouts.CONTEXT_N_THREADS, threads);
    params.set(JAVA_INT, Layouts.CONTEXT_N_THREADS_BATCH, threads);
    params.set(JAVA_INT, Layouts.CONTEXT_FLASH_ATTENTION, FLASH_ON);
    params.set(JAVA_INT, Layouts.CONTEXT_TYPE_K, TYPE_BF16);
    params.set(JAVA_INT, Layouts.CONTEXT_TYPE_V, TYPE_BF16);
    params.set(JAVA_BYTE, Layouts.CONTEXT_KV_UNIFIED, (byte) 0);
    this.context = api.newContext(model.handle(), params);
    if (context.equals(MemorySegment.NULL)) {
      arena.close();
      throw new EngineException(
          Kind.OUT_OF_MEMORY,
          "context of %d tokens for %d slots: %s"
              .formatted(contextLength, slots, model.runtime().log().collected()));
    }
    this.contextLength = contextLength;
    this.memory = api.callPointer("llama_get_memory", context);
    this.tokens = arena.allocate(JAVA_INT, batchCapacity);
    this.positions = arena.allocate(JAVA_INT, batchCapacity);
    this.sequences = arena.allocate(JAVA_INT, batchCapacity);
    this.flags = arena.allocate(JAVA_BYTE, batchCapacity);
    this.batch = arena.allocate(Layouts.BATCH);
    MemorySegment counts = arena.allocate(JAVA_INT, batchCapacity);
    MemorySegment pointers = arena.allocate(ADDRESS, batchCapacity);
    for (int i = 0; i < batchCapacity; i++) {
      counts.setAtIndex(JAVA_INT, i, 1);
      pointers.setAtIndex(ADDRESS, i, sequences.asSlice(4L * i, 4));
    }
    batch.set(ADDRESS, Layouts.BATCH_TOKEN, tokens);
    batch.set(ADDRESS, Layouts.BATCH_POS, positions);
    batch.set(ADDRESS, Layouts.BATCH_N_SEQ_ID, counts);
    batch.set(ADDRESS, Layouts.BATCH_SEQ_ID, pointers);
    batch.set(ADDRESS, Layouts.BATCH_LOGITS, flags);
    this.abortCallback = abortStub();
  }

  private MemorySegment abortStub() {
    try {
      return Linker.nativeLinker()
          .upcallStub(
              MethodHandles.lookup()
                  .bind(
                      this,
                      "abortWanted",
                      MethodType.methodType(boolean.class, MemorySegment.class)),
              FunctionDescriptor.of(java.lang.foreign.ValueLayout.JAVA_BOOLEAN, ADDRESS),
              arena);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  /** Called by native code between operations, on the decoding thread. */
  boolean abortWanted(MemorySegment unused) {
    return abortWanted;
  }

  /** Most tokens of one sequence. */
  int contextLength() {
    return contextLength;
  }

  void clearBatch() {
    batchSize = 0;
  }

  int batchSize() {
    return batchSize;
  }

  /** Adds a token and gives its index, for {@link #readLogits} if flagged. */
  int add(int sequence, int position, int token, boolean wantLogits) {
    int index = batchSize++;
    tokens.setAtIndex(JAVA_INT, index, token);
    positions.setAtIndex(JAVA_INT, index, position);
    sequences.setAtIndex(JAVA_INT, index, sequence);
    flags.set(JAVA_BYTE, index, (byte) (wantLogits ? 1 : 0));
    return index;
  }

  /**
   * Computes the batch.
   *
   * @param mayAbort whether {@link #abort} can cut it short; costs a little, so for long ones only
   */
  Outcome decode(boolean mayAbort) {
    if (mayAbort != abortable) {
      api.setAbort(context, mayAbort ? abortCallback : MemorySegment.NULL);
      abortable = mayAbort;
    }
    batch.set(JAVA_INT, Layouts.BATCH_N_TOKENS, batchSize);
    int code = api.decode(context, batch);
    abortWanted = false;
    return switch (code) {
      case 0 -> Outcome.DONE;
      case 2 -> Outcome.ABORTED;
      default -> Outcome.FAILED;
    };
  }

  /** Cuts a running abortable {@link #decode} short. From any thread. */
  void abort() {
    abortWanted = true;
  }

  /** Forgets an {@link #abort} that came before the batch it was meant for. */
  void forgetAbort() {
    abortWanted = false;
  }

  /** Copies the logits of a flagged token of the last batch. */
  void readLogits(int index, float[] target) {
    MemorySegment values = api.logits(context, index);
    if (values.equals(MemorySegment.NULL)) {
      throw new EngineException(Kind.INTERNAL, "no logits at batch index " + index);
    }
    MemorySegment.copy(
        values.reinterpret(4L * target.length), JAVA_FLOAT, 0, target, 0, target.length);
  }

  /** Cuts a sequence's cache to its first {@code length} tokens. */
  void cut(int sequence, int length) {
    if (!api.remove(memory, sequence, length, -1) && !api.remove(memory, sequence, -1, -1)) {
      throw new EngineException(Kind.INTERNAL, "cannot clear sequence " + sequence);
    }
  }

  /** Makes {@code target} hold what {@code source} holds. */
  void copy(int source, int target) {
    api.remove(memory, target, -1, -1);
    api.copy(memory, source, target);
  }

  /** Tokens cached for a sequence. */
  int cached(int sequence) {
    return api.lastPosition(memory, sequence) + 1;
  }

  @Override
  public void close() {
    api.freeContext(context);
    arena.close();
  }
}
