package io.myelin.cli.account;

import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.protocol.crypto.KeyDerivation;
import io.myelin.protocol.crypto.Keystore;
import io.myelin.protocol.crypto.KeystoreException;
import io.myelin.protocol.crypto.OperatorKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The user's encrypted keystores. */
public final class Keystores {
  /** What wallets use: a quarter of a gibibyte and about a second for each try. */
  private static final KeyDerivation.Scrypt STRONG = new KeyDerivation.Scrypt(1 << 18, 8, 1);

  private Keystores() {}

  /** Where the account lies when no file is named. */
  public static Path usual() {
    return Folders.config().resolve("account.json");
  }

  /** Makes a new key in a new file. */
  static OperatorKey create(Path file, @Nullable Path passwordFile) {
    if (Files.exists(file)) {
      throw taken(file);
    }
    char[] password = Password.chosen(passwordFile);
    try {
      SecureRandom random = new SecureRandom();
      OperatorKey key = OperatorKey.generate(random);
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      KeystoreFile.write(file, Keystore.encrypt(key, password, STRONG, random));
      return key;
    } catch (FileAlreadyExistsException e) {
      throw taken(file);
    } catch (IOException e) {
      throw new CommandException("keystore " + file + " cannot be written: " + e.getMessage(), e);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  /** Opens a keystore with the password from the file, or from the terminal. */
  public static OperatorKey open(Path file, @Nullable Path passwordFile) {
    if (!Files.exists(file)) {
      throw missing(file, null);
    }
    char[] password = Password.known(passwordFile);
    try {
      return KeystoreFile.read(file, password);
    } catch (NoSuchFileException e) {
      throw missing(file, e);
    } catch (IOException | KeystoreException e) {
      throw new CommandException("keystore " + file + ": " + e.getMessage(), e);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  private static CommandException missing(Path file, @Nullable Exception cause) {
    String text = "keystore " + file + " does not exist: make one with ./myelin account new";
    return cause == null ? new CommandException(text) : new CommandException(text, cause);
  }

  private static CommandException taken(Path file) {
    return new CommandException(
        "keystore " + file + " exists already and is never overwritten: give another --keystore");
  }
}
