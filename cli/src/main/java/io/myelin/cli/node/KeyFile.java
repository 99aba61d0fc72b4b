package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import io.myelin.protocol.crypto.OperatorKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/** A private key in a file of its own: 64 hex digits, readable by its owner only. */
public final class KeyFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private KeyFile() {}

  /** Reads the key, or makes a new one when there is no file. */
  public static OperatorKey loadOrCreate(Path file) {
    try {
      return load(file);
    } catch (NoSuchFileException e) {
      return create(file);
    } catch (IOException e) {
      throw new CommandException("key file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Reads a key that must be there.
   *
   * @throws CommandException when it is not, is no key, or others can read it
   */
  public static OperatorKey read(Path file) {
    try {
      return load(file);
    } catch (NoSuchFileException e) {
      throw new CommandException("key file " + file + " does not exist", e);
    } catch (IOException e) {
      throw new CommandException("key file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static OperatorKey load(Path file) throws IOException {
    Set<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(file));
    others.removeAll(OWNER_ONLY);
    if (!others.isEmpty()) {
      throw new CommandException(
          "key file "
              + file
              + " has mode "
              + PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
              + " (expected: rw-------); others may have read the key. chmod 600 it if you trust"
              + " it still");
    }
    try {
      return OperatorKey.parse(Files.readString(file).strip());
    } catch (IllegalArgumentException e) {
      throw new CommandException("key file " + file + ": " + e.getMessage(), e);
    }
  }

  private static OperatorKey create(Path file) {
    OperatorKey key = OperatorKey.generate(new SecureRandom());
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      writePrivate(file, HexFormat.of().formatHex(key.privateKeyBytes()) + "\n");
      return key;
    } catch (FileAlreadyExistsException e) {
      // Made by another at the same moment.
      return loadOrCreate(file);
    } catch (IOException e) {
      throw new CommandException("key file " + file + " cannot be written: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a new file that only its owner may read, from its first moment on.
   *
   * @throws FileAlreadyExistsException when there is one
   */
  public static void writePrivate(Path file, String text) throws IOException {
    writePrivate(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The same of bytes. */
  public static void writePrivate(Path file, byte[] bytes) throws IOException {
    FileAttribute<?> ownerOnly = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    Files.createFile(file, ownerOnly);
    Files.write(file, bytes, StandardOpenOption.WRITE);
  }
}
