package io.myelin.engine.catalogue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that a jar of the class path carries, put where native code can open it. */
public final class BundledFile {
  private BundledFile() {}

  /**
   * Leaves the resource at {@code target}, unless a file of its size is there already.
   *
   * @throws FileNotFoundException when no jar carries it
   */
  public static void unpack(String resource, Path target, FetchProgress progress)
      throws IOException {
    URL url = BundledFile.class.getClassLoader().getResource(resource);
    if (url == null) {
      throw new FileNotFoundException("no jar of the class path carries " + resource);
    }
    URLConnection connection = url.openConnection();
    connection.setUseCaches(false);
    try (InputStream in = connection.getInputStream()) {
      long total = connection.getContentLengthLong();
      if (Files.isRegularFile(target) && Files.size(target) == total) {
        return;
      }
      Path folder = Files.createDirectories(target.toAbsolutePath().getParent());
      FetchLimits.requireSpace(folder, total, resource);
      Path temporary = Files.createTempFile(folder, ".", ".tmp");
      try {
        copy(in, temporary, "unpacking " + target.getFileName(), total, progress);
        Files.move(
            temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    }
  }

  private static void copy(
      InputStream in, Path file, String step, long total, FetchProgress progress)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      long done = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        out.write(buffer, 0, n);
        done += n;
        progress.update(step, done, total);
      }
    }
  }
}
