package io.myelin.cli.account;

import io.myelin.cli.CommandException;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A keystore's password, from a file or from the terminal; never from an argument. */
final class Password {
  private static final long MAX_BYTES = 4096;

  private Password() {}

  /**
   * Asks for a password that opens a keystore.
   *
   * @param file its first line is the password; null to ask at the terminal
   */
  static char[] known(@Nullable Path file) {
    return file != null ? fromFile(file) : ask("Password: ");
  }

  /** As {@link #known}, asked twice at the terminal. */
  static char[] chosen(@Nullable Path file) {
    if (file != null) {
      return fromFile(file);
    }
    char[] first = ask("New password: ");
    char[] second = ask("Again: ");
    boolean same = Arrays.equals(first, second);
    Arrays.fill(second, '\0');
    if (!same || first.length == 0) {
      Arrays.fill(first, '\0');
      throw new CommandException(
          same ? "the password is empty" : "the passwords differ: nothing was written");
    }
    return first;
  }

  private static char[] ask(String prompt) {
    Console console =
        Optional.ofNullable(System.console())
            .filter(Console::isTerminal)
            .orElseThrow(
                () ->
                    new CommandException(
                        "no terminal to ask for the password at: give --password-file"));
    char[] typed = console.readPassword("%s", prompt);
    return typed == null ? new char[0] : typed;
  }

  private static char[] fromFile(Path file) {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new CommandException(
            "password file " + file + " is larger than " + MAX_BYTES + " bytes");
      }
      String first = Files.readString(file, StandardCharsets.UTF_8).lines().findFirst().orElse("");
      if (first.isEmpty()) {
        throw new CommandException(
            "password file " + file + " is empty (expected: the password in its first line)");
      }
      return first.toCharArray();
    } catch (NoSuchFileException e) {
      throw new CommandException("password file " + file + " does not exist", e);
    } catch (IOException e) {
      throw new CommandException("password file " + file + " cannot be read: " + e.getMessage(), e);
    }
  }
}
