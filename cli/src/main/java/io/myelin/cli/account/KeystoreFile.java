package io.myelin.cli.account;

import io.myelin.protocol.crypto.Keystore;
import io.myelin.protocol.crypto.KeystoreException;
import io.myelin.protocol.crypto.OperatorKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Keystores on disk: mode 600, never overwritten, refused when others can read them. */
public final class KeystoreFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private KeystoreFile() {}

  /**
   * Writes a new file that only its owner can read, and forces it to disk.
   *
   * @throws FileSystemException when there is one already, or it cannot be written
   */
  public static void write(Path file, String json) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(OWNER_ONLY))) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(json);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /**
   * Reads a file and opens it.
   *
   * @throws IOException when it cannot be read, or others can read it
   * @throws KeystoreException when it is no keystore, or the password does not fit
   */
  public static OperatorKey read(Path file, char[] password) throws IOException, KeystoreException {
    Set<PosixFilePermission> permissions = EnumSet.copyOf(Files.getPosixFilePermissions(file));
    permissions.removeAll(OWNER_ONLY);
    permissions.remove(PosixFilePermission.OWNER_EXECUTE);
    if (!permissions.isEmpty()) {
      throw new IOException(
          file
              + ": mode "
              + PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
              + " (expected: rw-------; run chmod 600 on it)");
    }
    long size = Files.size(file);
    if (size > Keystore.MAX_CHARACTERS) {
      throw new IOException(
          file
              + ": "
              + size
              + " bytes (expected: a keystore of at most "
              + Keystore.MAX_CHARACTERS
              + ")");
    }
    return Keystore.decrypt(new String(Files.readAllBytes(file), StandardCharsets.UTF_8), password);
  }
}
