package io.myelin.cli.account;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.protocol.crypto.KeyDerivation;
import io.myelin.protocol.crypto.Keystore;
import io.myelin.protocol.crypto.KeystoreException;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
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
  public static OperatorKey create(Path file, @Nullable Path passwordFile) {
    return store(file, OperatorKey.generate(new SecureRandom()), passwordFile);
  }

  /**
   * Writes a key, encrypted, to a new file.
   *
   * @throws CommandException when there is such a file, or it cannot be written
   */
  public static OperatorKey store(Path file, OperatorKey key, @Nullable Path passwordFile) {
    if (Files.exists(file)) {
      throw taken(file);
    }
    char[] password = Password.chosen(passwordFile);
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      KeystoreFile.write(file, Keystore.encrypt(key, password, STRONG, new SecureRandom()));
      return key;
    } catch (FileAlreadyExistsException e) {
      throw taken(file);
    } catch (IOException e) {
      throw new CommandException("keystore " + file + " cannot be written: " + e.getMessage(), e);
    } finally {
      Arrays.fill(password, '\0');
    }
  }

  /**
   * The keystores in the user's configuration folder, by name.
   *
   * @throws CommandException when the folder cannot be read
   */
  public static List<Path> all() {
    Path folder = Folders.config();
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().endsWith(".json"))
          .filter(file -> addressIn(file).isPresent())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new CommandException(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * The address that a keystore says it has, without its password: wallets write it beside the
   * ciphertext, where anybody could have changed it.
   */
  public static Optional<Address> addressIn(Path file) {
    try {
      if (Files.size(file) > Keystore.MAX_CHARACTERS) {
        return Optional.empty();
      }
      JsonNode json = new ObjectMapper().readTree(file.toFile());
      String text = json.path("address").asText("");
      boolean isKeystore = json.has("crypto") || json.has("Crypto");
      return text.isEmpty() || !isKeystore
          ? Optional.empty()
          : Optional.of(Address.parse(text.startsWith("0x") ? text : "0x" + text));
    } catch (IOException | IllegalArgumentException e) {
      // Opening it says what is wrong.
      return Optional.empty();
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
