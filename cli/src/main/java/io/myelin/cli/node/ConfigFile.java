package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Settings of a node from a properties file; a flag wins over its line in the file. */
public final class ConfigFile {
  private final String name;
  private final Properties properties;

  private ConfigFile(String name, Properties properties) {
    this.name = name;
    this.properties = properties;
  }

  /**
   * Reads a file, or nothing when there is none to read.
   *
   * @param known every key a file of this command may have
   */
  public static ConfigFile read(@Nullable Path file, Set<String> known) {
    Properties properties = new Properties();
    if (file != null) {
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        properties.load(reader);
      } catch (NoSuchFileException e) {
        throw new CommandException("configuration file " + file + " does not exist", e);
      } catch (IOException | IllegalArgumentException e) {
        throw new CommandException(
            "configuration file " + file + " cannot be read: " + e.getMessage(), e);
      }
    }
    for (String key : properties.stringPropertyNames()) {
      if (!known.contains(key)) {
        throw new CommandException(
            file + ": unknown key " + key + " (expected: one of " + new TreeSet<>(known) + ")");
      }
    }
    return new ConfigFile(String.valueOf(file), properties);
  }

  /** The flag's value, else the file's, else the fallback. */
  public String text(String key, @Nullable String flag, String fallback) {
    return flag != null ? flag : properties.getProperty(key, fallback).strip();
  }

  /** The flag's values, else the file's, which commas separate; none when neither is there. */
  public List<String> list(String key, List<String> flags) {
    return flags.isEmpty()
        ? Arrays.stream(properties.getProperty(key, "").split(",", -1))
            .map(String::strip)
            .filter(value -> !value.isEmpty())
            .toList()
        : flags;
  }

  /** As {@link #text}, as a number in a range. */
  public int number(String key, @Nullable Integer flag, int fallback, int least, int most) {
    String from = flag != null ? "--" + key : name + ", " + key;
    String text =
        flag != null ? flag.toString() : properties.getProperty(key, "" + fallback).strip();
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    String message = from + ": " + text + " (expected: " + least + " to " + most + ")";
    throw flag != null ? CommandException.usage(message) : new CommandException(message);
  }
}
