package io.myelin.engine.catalogue;

import io.myelin.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Checks before bytes are written. */
final class FetchLimits {
  // So that a machine is not filled to its last byte.
  private static final long RESERVE_BYTES = 64L << 20;

  private FetchLimits() {}

  /** Refuses when {@code bytes} more and a reserve do not fit; unknown (negative) passes. */
  static void requireSpace(@Nullable Path folder, long bytes, String what) throws IOException {
    if (folder == null || bytes < 0) {
      return;
    }
    long usable = Files.getFileStore(folder).getUsableSpace();
    if (usable < bytes + RESERVE_BYTES) {
      throw new EngineException(
          EngineException.Kind.BAD_MODEL_FILE,
          "not enough disk space for "
              + what
              + ": "
              + mebibytes(usable)
              + " MiB free in "
              + folder
              + " (expected: "
              + mebibytes(bytes + RESERVE_BYTES)
              + " MiB); free some, or set XDG_CACHE_HOME to another disk");
    }
  }

  private static long mebibytes(long bytes) {
    return bytes >> 20;
  }
}
