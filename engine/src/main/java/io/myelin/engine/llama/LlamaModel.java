package io.myelin.engine.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import com.google.protobuf.ByteString;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.llama.SpecialTokens.Special;
import io.myelin.engine.sampling.Vocabulary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Loaded weights and vocabulary. Everything here may be called from any thread; freeing waits for
 * calls in progress, and later calls fail as closed.
 */
final class LlamaModel implements Vocabulary, AutoCloseable {
  // Attributes of a token, as in llama.h.
  private static final int UNKNOWN = 1;
  private static final int CONTROL = 1 << 3;
  private static final int USER_DEFINED = 1 << 4;
  private static final int STRIPS_LEFT = 1 << 7;
  private static final int STRIPS_RIGHT = 1 << 8;

  private static final Pattern MARK_FORM = Pattern.compile("<[|\uff5c].*[|\uff5c]>");

  private final LlamaRuntime runtime;
  private final LlamaApi api;
  private final WeightsFile file;
  private final MemorySegment model;
  private final MemorySegment vocabulary;
  private final int size;
  private final AtomicReferenceArray<@Nullable ByteString> pieces;
  private final boolean[] ends;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;
  private volatile int longestText;

  private LlamaModel(LlamaRuntime runtime, WeightsFile file, MemorySegment model) {
    this.runtime = runtime;
    this.api = runtime.api();
    this.file = file;
    this.model = model;
    this.vocabulary = api.callPointer("llama_model_get_vocab", model);
    this.size = api.callInt("llama_vocab_n_tokens", vocabulary);
    this.pieces = new AtomicReferenceArray<>(Math.max(size, 1));
    this.ends = new boolean[Math.max(size, 1)];
    for (int token = 0; token < size; token++) {
      ends[token] = api.isEnd(vocabulary, token);
    }
  }

  /**
   * Loads the weights.
   *
   * @throws EngineException BAD_MODEL_FILE with the library's reason, or OUT_OF_MEMORY
   */
  static LlamaModel load(LlamaRuntime runtime, WeightsFile file) {
    OptionalLong available = MachineMemory.available();
    if (available.isPresent() && file.bytes() > available.getAsLong()) {
      throw new EngineException(
          Kind.OUT_OF_MEMORY,
          "model file %s: %,d bytes (expected: at most the %,d bytes of memory free now)"
              .formatted(file.path(), file.bytes(), available.getAsLong()));
    }
    LlamaApi api = runtime.api();
    runtime.log().clear();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment params = api.modelDefaults(arena);
      params.set(JAVA_INT, Layouts.MODEL_GPU_LAYERS, 0);
      // Repacked copies of weights compute other bits for batches than for one token.
      params.set(JAVA_BYTE, Layouts.MODEL_EXTRA_BUFFERS, (byte) 0);
      MemorySegment model = api.loadModel(arena.allocateFrom(file.path().toString()), params);
      if (model.equals(MemorySegment.NULL)) {
        throw new EngineException(
            Kind.BAD_MODEL_FILE,
            "model file %s: llama.cpp cannot load it: %s"
                .formatted(file.path(), runtime.log().collected()));
      }
      LlamaModel loaded = new LlamaModel(runtime, file, model);
      loaded.refuseUnsupported();
      return loaded;
    }
  }

  private void refuseUnsupported() {
    boolean decoder = api.callBoolean("llama_model_has_decoder", model);
    boolean encoder = api.callBoolean("llama_model_has_encoder", model);
    if (size <= 0 || !decoder || encoder) {
      close();
      throw new EngineException(
          Kind.BAD_MODEL_FILE,
          "model file %s: vocabulary of %d tokens, decoder %s, encoder %s (expected: a decoder-only"
                  .formatted(file.path(), size, decoder, encoder)
              + " model with a vocabulary)");
    }
  }

  LlamaRuntime runtime() {
    return runtime;
  }

  WeightsFile file() {
    return file;
  }

  /** The native handle, for the thread that owns a context. */
  MemorySegment handle() {
    return model;
  }

  /** Tokens the model was trained to see at once. */
  int trainedContext() {
    return api.callInt("llama_model_n_ctx_train", model);
  }

  /** How the weights are stored, llama.cpp's number. */
  int fileType() {
    return api.callInt("llama_model_ftype", model);
  }

  int embeddingLength() {
    return api.callInt("llama_model_n_embd", model);
  }

  /** Bytes one cached token takes, keys and values of 16 bits. */
  long cacheBytesPerToken() {
    long heads = Math.max(1, api.callInt("llama_model_n_head", model));
    long cachedHeads = api.callInt("llama_model_n_head_kv", model);
    long perHead =
        metadata("llama.attention.key_length")
            .map(Long::parseLong)
            .orElse(embeddingLength() / heads);
    return api.callInt("llama_model_n_layer", model) * cachedHeads * perHead * 2 * 2;
  }

  /** Whether cached tails can be cut off, so that prefixes can be shared. */
  boolean cutsCache() {
    return !api.callBoolean("llama_model_is_recurrent", model)
        && !api.callBoolean("llama_model_is_hybrid", model);
  }

  /** A metadata value as text. */
  Optional<String> metadata(String key) {
    return guarded(
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(1024);
            int length = api.metaValue(model, arena.allocateFrom(key), buffer, buffer.byteSize());
            return length < 0 || length >= buffer.byteSize()
                ? Optional.empty()
                : Optional.of(buffer.getString(0));
          }
        });
  }

  /** The chat template in the file, Jinja as text. */
  Optional<String> chatTemplate() {
    return guarded(
        () ->
            Optional.ofNullable(
                LlamaApi.string(
                    api.callPointer("llama_model_chat_template", model, MemorySegment.NULL))));
  }

  /**
   * The tokens that are looked for in text before it is tokenised.
   *
   * @param template what a chat template writes outside of its messages may be a mark of its own
   */
  List<Special> specialTokens(String template) {
    List<Special> specials = new ArrayList<>();
    for (int token = 0; token < size; token++) {
      int attributes = api.callInt("llama_vocab_get_attr", vocabulary, token);
      if ((attributes & (UNKNOWN | CONTROL | USER_DEFINED)) == 0) {
        continue;
      }
      String text = tokenText(token);
      boolean control = (attributes & (UNKNOWN | CONTROL)) != 0;
      specials.add(
          new Special(
              token,
              text,
              control || looksLikeMark(text, template),
              (attributes & STRIPS_LEFT) != 0,
              (attributes & STRIPS_RIGHT) != 0));
    }
    return specials;
  }

  // Converters call some models' role marks user-defined, as they do runs of spaces or HTML tags.
  private static boolean looksLikeMark(String text, String template) {
    return MARK_FORM.matcher(text).matches() || (!text.isBlank() && template.contains(text));
  }

  private String tokenText(int token) {
    String text = LlamaApi.string(api.callPointer("llama_vocab_get_text", vocabulary, token));
    return text == null ? "" : text;
  }

  /** Bytes of the longest way a token is written: no text has fewer tokens than its share of it. */
  int longestText() {
    if (longestText == 0) {
      longestText =
          guarded(
              () -> {
                int longest = 1;
                for (int token = 0; token < size; token++) {
                  // As the vocabulary spells it, which is never shorter than what it stands for.
                  longest = Math.max(longest, tokenText(token).length());
                }
                return longest;
              });
    }
    return longestText;
  }

  /** The token that begins a text; negative if the model has none. */
  int beginToken() {
    return api.callInt("llama_vocab_bos", vocabulary);
  }

  /** Whether the model expects {@link #beginToken} first. */
  boolean addsBegin() {
    return beginToken() >= 0 && api.callBoolean("llama_vocab_get_add_bos", vocabulary);
  }

  /** How the token that begins a text is written; empty if the model has none. */
  String beginText() {
    int token = beginToken();
    return token < 0 ? "" : tokenText(token);
  }

  /** How the token that ends a text is written; empty if the model has none. */
  String endText() {
    int token = api.callInt("llama_vocab_eos", vocabulary);
    return token < 0 ? "" : tokenText(token);
  }

  /**
   * Text to tokens.
   *
   * @param addSpecial whether the model's first and last token are added
   * @param parseSpecial whether control tokens written in the text become such
   */
  int[] tokenize(String text, boolean addSpecial, boolean parseSpecial) {
    return guarded(
        () -> {
          try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment input = arena.allocate(bytes.length + 1L);
            MemorySegment.copy(bytes, 0, input, JAVA_BYTE, 0, bytes.length);
            int capacity = bytes.length + 16;
            MemorySegment tokens = arena.allocate(JAVA_INT, capacity);
            int count =
                api.tokenize(
                    vocabulary, input, bytes.length, tokens, capacity, addSpecial, parseSpecial);
            if (count < 0 && count != Integer.MIN_VALUE) {
              capacity = -count;
              tokens = arena.allocate(JAVA_INT, capacity);
              count =
                  api.tokenize(
                      vocabulary, input, bytes.length, tokens, capacity, addSpecial, parseSpecial);
            }
            if (count < 0) {
              throw new EngineException(
                  Kind.BAD_REQUEST, "prompt: %d bytes cannot be tokenised".formatted(bytes.length));
            }
            return tokens.asSlice(0, 4L * count).toArray(JAVA_INT);
          }
        });
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public byte[] piece(int token) {
    return pieceBytes(token).toByteArray();
  }

  /** The bytes of a token as they stand in text; shared, made once. */
  ByteString pieceBytes(int token) {
    checkToken(token);
    ByteString known = pieces.get(token);
    if (known != null) {
      return known;
    }
    ByteString made = guarded(() -> readPiece(token));
    pieces.set(token, made);
    return made;
  }

  private ByteString readPiece(int token) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(64);
      int length = api.piece(vocabulary, token, buffer, 64);
      if (length < 0) {
        buffer = arena.allocate(-length);
        length = api.piece(vocabulary, token, buffer, -length);
      }
      return length <= 0
          ? ByteString.EMPTY
          : ByteString.copyFrom(buffer.asSlice(0, length).toArray(JAVA_BYTE));
    }
  }

  @Override
  public boolean endsGeneration(int token) {
    checkToken(token);
    return ends[token];
  }

  /** Native code ends the process for an id it does not know. */
  void checkToken(int token) {
    if (token < 0 || token >= size) {
      throw new EngineException(
          Kind.BAD_REQUEST,
          "token: %s (expected: 0..%d)".formatted(Integer.toUnsignedString(token), size - 1));
    }
  }

  private <T> T guarded(java.util.function.Supplier<T> call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new EngineException(Kind.CLOSED, "the engine was closed");
      }
      return call.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Frees the weights; every context must be freed before. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        api.freeModel(model);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
