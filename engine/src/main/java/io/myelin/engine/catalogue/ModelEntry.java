package io.myelin.engine.catalogue;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.subnet.ListedModel;

/**
 * One model of the catalogue.
 *
 * @param id as clients name it
 * @param licence SPDX identifier, or {@code unknown}
 * @param sha256 SHA-256 of the weights file in lowercase hex; empty only for an upstream
 * @param sizeBytes size of the weights file; 0 when not known
 * @param contextLength most tokens of prompt and output together
 * @param chatTemplate where the chat template comes from: {@code file}, {@code chatml} (a plain
 *     style, instead of the file's), {@code upstream} or {@code none}
 * @param origin where the weights come from
 */
public record ModelEntry(
    String id,
    String licence,
    String sha256,
    long sizeBytes,
    int contextLength,
    String chatTemplate,
    ModelOrigin origin) {

  /** How its weights are stored, which decides what runs them. */
  public enum Format {
    /** llama.cpp's format: generates text. */
    GGUF,
    /** ONNX: makes embeddings. */
    ONNX,
    /** None here: another server runs it. */
    REMOTE
  }

  /** Checks every field. */
  public ModelEntry {
    if (!ListedModel.isId(id)) {
      throw new IllegalArgumentException(
          "id: \"" + id + "\" (expected: up to 128 of letters, digits and . _ : / -)");
    }
    boolean upstream = origin instanceof ModelOrigin.Upstream;
    if (!sha256.matches("[0-9a-f]{64}") && !(upstream && sha256.isEmpty())) {
      throw new IllegalArgumentException(
          "sha256: \"" + sha256 + "\" (expected: 64 lowercase hex digits)");
    }
    if (sizeBytes < 0 || contextLength <= 0) {
      throw new IllegalArgumentException(
          "sizeBytes, contextLength: "
              + sizeBytes
              + ", "
              + contextLength
              + " (expected: >= 0, > 0)");
    }
    if (!chatTemplate.matches("file|chatml|upstream|none")) {
      throw new IllegalArgumentException(
          "chatTemplate: " + chatTemplate + " (expected: file, chatml, upstream or none)");
    }
  }

  /** As a subnet lists its weights: the file's SHA-256, or any where another server has them. */
  public Digest weightsDigest() {
    return sha256.isEmpty() ? ListedModel.UNPINNED : Digest.parse(sha256);
  }

  /** How its weights are stored. */
  public Format format() {
    return switch (origin) {
      case ModelOrigin.MavenArtifact _ -> Format.ONNX;
      case ModelOrigin.PythonWheel _, ModelOrigin.LocalFile _, ModelOrigin.Download _ ->
          Format.GGUF;
      case ModelOrigin.Upstream _ -> Format.REMOTE;
    };
  }
}
