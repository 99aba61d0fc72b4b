package io.myelin.engine.onnx;

import java.nio.file.Path;

/**
 * What an engine is opened with.
 *
 * @param modelId as clients name it
 * @param weights the ONNX file
 * @param sha256Hex what its SHA-256 must be
 * @param libraries folder with ONNX Runtime's libraries, {@link OnnxLibraries#unpack}
 * @param mostTokens tokens of one text that the model was made for
 * @param slots requests at once; as many more may wait
 * @param threads texts at once
 */
public record OnnxOptions(
    String modelId,
    Path weights,
    String sha256Hex,
    Path libraries,
    int mostTokens,
    int slots,
    int threads) {

  /** Checks ranges. */
  public OnnxOptions {
    if (mostTokens < 3 || mostTokens > 512) {
      throw new IllegalArgumentException("mostTokens: " + mostTokens + " (expected: 3 to 512)");
    }
    if (slots < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "slots, threads: " + slots + ", " + threads + " (expected: > 0)");
    }
  }
}
