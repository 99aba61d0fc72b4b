package io.myelin.cli.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** What one validator has signed, looked at after each of its deaths: nothing may be forgotten. */
final class Promises {
  private static final String FILE = "signed.db";

  private final Path folder;
  private final Map<String, String> promised = new HashMap<>();

  Promises(Path folder) {
    this.folder = folder;
  }

  /** Fails when a promise is gone, or is another. The validator must be dead. */
  synchronized void look() {
    Map<String, String> now = read();
    promised.forEach(
        (subject, content) -> {
          if (!content.equals(now.get(subject))) {
            throw new IllegalStateException(
                "%s: subject %s was promised %s, and now %s (expected: the same for ever)"
                    .formatted(folder.getFileName(), subject, content, now.get(subject)));
          }
        });
    promised.putAll(now);
  }

  private Map<String, String> read() {
    // On a copy, so that looking does not mend what the next start has to.
    Path copy = folder.resolve("looked-at");
    try {
      Files.createDirectories(copy);
      for (String suffix : new String[] {"", "-wal"}) {
        Path from = folder.resolve(FILE + suffix);
        Path to = copy.resolve(FILE + suffix);
        Files.deleteIfExists(to);
        if (Files.exists(from)) {
          Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Files.deleteIfExists(copy.resolve(FILE + "-shm"));
    } catch (IOException e) {
      throw new IllegalStateException(folder + " cannot be copied", e);
    }
    Map<String, String> all = new HashMap<>();
    try (Connection file = DriverManager.getConnection("jdbc:sqlite:" + copy.resolve(FILE));
        Statement statement = file.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT hex(genesis) || hex(directory) || hex(operator) || hex(kind) ||"
                    + " hex(subject), content FROM promise")) {
      while (rows.next()) {
        all.put(rows.getString(1), HexFormat.of().formatHex(rows.getBytes(2)));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(folder + ": " + e.getMessage(), e);
    }
    return all;
  }
}
