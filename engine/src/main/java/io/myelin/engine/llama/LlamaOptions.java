package io.myelin.engine.llama;

import io.myelin.engine.constrain.ConstraintFilters;
import io.myelin.engine.sampling.LogitFilter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How to run one model.
 *
 * @param modelId id clients ask for
 * @param weights the GGUF file
 * @param sha256Hex what the file's SHA-256 must be; empty to take any
 * @param chatTemplate chat template, Jinja, instead of the file's; empty for the file's
 * @param libraries llama.cpp's libraries
 * @param cpuVariant CPU variant to force, e.g. {@code haswell}; empty for the best
 * @param contextLength most tokens of one sequence; 0 for the model's own, at most {@value
 *     #DEFAULT_CONTEXT}
 * @param slots sequences that advance at once
 * @param maxQueued generations and scores that may wait for a slot
 * @param threads native compute threads; more than cores is fatal to speed
 * @param constraints makes filters for constrained output; empty refuses such requests
 */
public record LlamaOptions(
    String modelId,
    Path weights,
    Optional<String> sha256Hex,
    Optional<String> chatTemplate,
    NativeLibraries libraries,
    Optional<String> cpuVariant,
    int contextLength,
    int slots,
    int maxQueued,
    int threads,
    Optional<LogitFilter.Factory> constraints) {
  /** Context when none is asked for and the model allows more. */
  public static final int DEFAULT_CONTEXT = 4096;

  /** Most slots; llama.cpp's own limit is 256 sequences. */
  public static final int MAX_SLOTS = 64;

  /** Checks ranges. */
  public LlamaOptions {
    if (modelId.isBlank()) {
      throw new IllegalArgumentException("modelId: blank (expected: a catalogue id)");
    }
    if (contextLength < 0) {
      throw new IllegalArgumentException("contextLength: " + contextLength + " (expected: >= 0)");
    }
    if (slots < 1 || slots > MAX_SLOTS) {
      throw new IllegalArgumentException("slots: " + slots + " (expected: 1.." + MAX_SLOTS + ")");
    }
    if (maxQueued < 0) {
      throw new IllegalArgumentException("maxQueued: " + maxQueued + " (expected: >= 0)");
    }
    if (threads < 1 || threads > 512) {
      throw new IllegalArgumentException("threads: " + threads + " (expected: 1..512)");
    }
  }

  /**
   * Defaults for a file: its own context, 8 slots, as many waiting, JSON constraints, all cores but
   * one. The threads wait for each other by spinning: when something else wants the last core,
   * everything stands.
   */
  public static LlamaOptions of(String modelId, Path weights, NativeLibraries libraries) {
    return new LlamaOptions(
        modelId,
        weights,
        Optional.empty(),
        Optional.empty(),
        libraries,
        Optional.empty(),
        0,
        8,
        8,
        Math.max(1, Runtime.getRuntime().availableProcessors() - 1),
        Optional.of(new ConstraintFilters()));
  }

  /** With a digest the file must have. */
  public LlamaOptions withSha256(String hex) {
    return with(changed -> changed.sha256Hex = Optional.of(hex));
  }

  /** With a chat template, Jinja, instead of the file's. */
  public LlamaOptions withChatTemplate(String template) {
    return with(changed -> changed.chatTemplate = Optional.of(template));
  }

  /** With a context length per sequence and a number of slots. */
  public LlamaOptions withSize(int contextLength, int slots) {
    return with(
        changed -> {
          changed.contextLength = contextLength;
          changed.slots = slots;
        });
  }

  /** With a forced CPU variant. */
  public LlamaOptions withCpuVariant(String variant) {
    return with(changed -> changed.cpuVariant = Optional.of(variant));
  }

  /** With a bound on what waits for a slot. */
  public LlamaOptions withMaxQueued(int maxQueued) {
    return with(changed -> changed.maxQueued = maxQueued);
  }

  /** With this many native threads. */
  public LlamaOptions withThreads(int threads) {
    return with(changed -> changed.threads = threads);
  }

  /** With filters for constrained output. */
  public LlamaOptions withConstraints(LogitFilter.Factory factory) {
    return with(changed -> changed.constraints = Optional.of(factory));
  }

  private LlamaOptions with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.options();
  }

  /** Options while some of them change. */
  private static final class Draft {
    private final LlamaOptions from;
    private Optional<String> sha256Hex;
    private Optional<String> chatTemplate;
    private Optional<String> cpuVariant;
    private int contextLength;
    private int slots;
    private int maxQueued;
    private int threads;
    private Optional<LogitFilter.Factory> constraints;

    Draft(LlamaOptions from) {
      this.from = from;
      this.sha256Hex = from.sha256Hex;
      this.chatTemplate = from.chatTemplate;
      this.cpuVariant = from.cpuVariant;
      this.contextLength = from.contextLength;
      this.slots = from.slots;
      this.maxQueued = from.maxQueued;
      this.threads = from.threads;
      this.constraints = from.constraints;
    }

    LlamaOptions options() {
      return new LlamaOptions(
          from.modelId,
          from.weights,
          sha256Hex,
          chatTemplate,
          from.libraries,
          cpuVariant,
          contextLength,
          slots,
          maxQueued,
          threads,
          constraints);
    }
  }
}
