package io.myelin.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Records of peers as users give them. */
public final class Records {
  private Records() {}

  /**
   * One record, or those of a file, a line each; empty lines and comments are left out.
   *
   * @param option that it was given with, for the error
   * @param expected what the option takes, for the error
   * @throws ClientException when it is neither
   */
  public static List<String> of(String option, String text, String expected) {
    if (text.startsWith("enr:")) {
      return List.of(text);
    }
    try {
      return Files.readAllLines(Path.of(text)).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw ClientException.wrongInput(option + ": " + text + " (expected: " + expected + ")");
    }
  }
}
