package io.myelin.engine;

/**
 * A model an engine serves.
 *
 * @param id catalogue id, as clients name it
 * @param weightsDigestHex SHA-256 of the weights file in hex; empty for an upstream that has none
 * @param contextLength most tokens of prompt and output together
 * @param vocabularySize number of token ids; 0 for an upstream that has none
 * @param slots sequences it advances at once
 * @param equivalenceClass engines of one class give bit-identical log-probabilities
 * @param embeddings whether {@link InferenceEngine#embed} works
 */
public record EngineModel(
    String id,
    String weightsDigestHex,
    int contextLength,
    int vocabularySize,
    int slots,
    String equivalenceClass,
    boolean embeddings) {

  /** Checks ranges. */
  public EngineModel {
    if (id.isBlank()) {
      throw new IllegalArgumentException("id: blank (expected: a catalogue id)");
    }
    if (contextLength <= 0 || slots <= 0) {
      throw new IllegalArgumentException(
          "contextLength, slots: " + contextLength + ", " + slots + " (expected: > 0)");
    }
  }
}
