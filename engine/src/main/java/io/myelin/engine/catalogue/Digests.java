package io.myelin.engine.catalogue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of files. */
final class Digests {
  private static final int BUFFER_BYTES = 1 << 20;

  private Digests() {}

  /** Reads the whole file and tells its SHA-256 in lowercase hex. */
  static String sha256(Path file, String step, FetchProgress progress) throws IOException {
    MessageDigest digest = newSha256();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long total = channel.size();
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
      long done = 0;
      while (true) {
        int read = channel.read(buffer.clear());
        if (read < 0) {
          return HexFormat.of().formatHex(digest.digest());
        }
        digest.update(buffer.flip());
        done += read;
        progress.update(step, done, total);
      }
    }
  }

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
