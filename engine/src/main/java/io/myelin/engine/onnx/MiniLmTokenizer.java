package io.myelin.engine.onnx;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.wordpiece.TokenizerFile;
import io.myelin.engine.wordpiece.WordPieceTokenizer;
import io.myelin.protocol.crypto.Sha256;
import java.io.IOException;
import java.io.InputStream;

/**
 * The tokenizer of all-MiniLM-L6-v2, from the jar that carries the weights. The catalogue's digest
 * covers the weights only, so the tokenizer has one of its own.
 */
final class MiniLmTokenizer {
  private static final String RESOURCE = "all-minilm-l6-v2-q-tokenizer.json";
  private static final String SHA256 =
      "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0";

  private MiniLmTokenizer() {}

  /**
   * Reads it.
   *
   * @throws EngineException BAD_MODEL_FILE when it is not there, or not the one expected
   */
  static WordPieceTokenizer load() {
    try (InputStream in = MiniLmTokenizer.class.getClassLoader().getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException("no jar of the class path carries it");
      }
      byte[] bytes = in.readAllBytes();
      String actual = Sha256.hash(bytes).hex();
      if (!actual.equals(SHA256)) {
        throw new IOException("SHA-256 is " + actual + " (expected: " + SHA256 + ")");
      }
      return TokenizerFile.read(bytes);
    } catch (IOException e) {
      throw new EngineException(
          Kind.BAD_MODEL_FILE, "tokenizer " + RESOURCE + ": " + e.getMessage(), e);
    }
  }
}
