package io.myelin.engine.worker;

import io.myelin.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** A folder only this user may enter, short enough for the path of a Unix domain socket. */
final class SocketFolder {
  // 108 bytes with the closing zero on Linux, 104 elsewhere.
  private static final int MAX_SOCKET_PATH = 100;
  private static final String SOCKET = "worker.sock";

  private SocketFolder() {}

  static Path create() {
    FileAttribute<?> ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    Path usual = Path.of(System.getProperty("java.io.tmpdir", "/tmp")).toAbsolutePath();
    boolean fits =
        usual.resolve("myelin-12345678901234567890").resolve(SOCKET).toString().length()
            <= MAX_SOCKET_PATH;
    Path parent = fits ? usual : Path.of("/tmp");
    try {
      return Files.createTempDirectory(parent, "myelin-", ownerOnly);
    } catch (IOException e) {
      throw new EngineException(
          EngineException.Kind.INTERNAL,
          "cannot make a folder for the worker's socket in " + parent + ": " + e,
          e);
    }
  }

  static Path socket(Path folder) {
    return folder.resolve(SOCKET);
  }

  static void delete(Path folder) {
    try {
      Files.deleteIfExists(socket(folder));
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      // An empty folder in the temporary folder; the system clears it.
    }
  }
}
