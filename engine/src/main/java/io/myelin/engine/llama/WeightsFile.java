package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.catalogue.GgufHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * A weights file that was looked at before native code sees it.
 *
 * @param sha256Hex its digest
 * @param bytes its size
 */
record WeightsFile(Path path, String sha256Hex, long bytes) {
  /**
   * Checks presence, metadata and digest. Flipped bytes in weights load without complaint, so only
   * the digest tells.
   *
   * @throws EngineException BAD_MODEL_FILE
   */
  static WeightsFile open(Path path, Optional<String> expectedSha256) {
    if (!Files.isRegularFile(path)) {
      throw bad(path, "no such file (expected: a GGUF file)", null);
    }
    try {
      // Reads with bounds what native code reads without.
      GgufHeader.read(path);
    } catch (IOException e) {
      throw bad(path, String.valueOf(e.getMessage()), e);
    }
    try (InputStream in = Files.newInputStream(path)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      long bytes = 0;
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        bytes += read;
      }
      String actual = HexFormat.of().formatHex(digest.digest());
      if (expectedSha256.isPresent()
          && !expectedSha256.get().toLowerCase(Locale.ROOT).equals(actual)) {
        throw bad(
            path,
            "SHA-256 is "
                + actual
                + " (expected: "
                + expectedSha256.get()
                + "; delete the file and pull the model again)",
            null);
      }
      return new WeightsFile(path, actual, bytes);
    } catch (IOException e) {
      throw bad(path, "cannot be read: " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static EngineException bad(
      Path path, String what, @org.jspecify.annotations.Nullable Exception cause) {
    String message = "model file " + path + ": " + what;
    return cause == null
        ? new EngineException(Kind.BAD_MODEL_FILE, message)
        : new EngineException(Kind.BAD_MODEL_FILE, message, cause);
  }
}
