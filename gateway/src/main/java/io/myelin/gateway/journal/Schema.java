package io.myelin.gateway.journal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * Brings a journal file to this program's schema: numbered SQL files, each applied once, in one
 * transaction, the number kept in SQLite's {@code user_version}. Flyway was measured at 900 ms of
 * start-up for the same; this takes a few.
 */
final class Schema {
  /** Version this program writes. */
  static final int VERSION = 4;

  // "Myel": marks the file as ours, so that another program's database is not migrated by mistake.
  private static final int APPLICATION_ID = 0x4d79656c;

  private Schema() {}

  static void migrate(Statements sql, Path file) throws SQLException {
    int application = pragma(sql, "application_id");
    int version = pragma(sql, "user_version");
    boolean empty =
        sql.query("SELECT 1 FROM sqlite_master LIMIT 1", row -> row.getInt(1)).isEmpty();
    if (application != APPLICATION_ID && !empty) {
      throw new JournalException(
          file + " is a database of another program. Choose another file for the journal.");
    }
    if (version > VERSION) {
      throw new JournalException(
          "%s has schema version %d, this program knows up to %d. Start the newer program that wrote it, or restore a copy."
              .formatted(file, version, VERSION));
    }
    for (int next = version + 1; next <= VERSION; next++) {
      apply(sql, next);
    }
  }

  private static void apply(Statements sql, int version) throws SQLException {
    sql.run("BEGIN IMMEDIATE");
    try {
      for (String statement : script(version).split(";\\s*\n")) {
        if (!statement.isBlank()) {
          sql.run(statement);
        }
      }
      sql.run("PRAGMA application_id = " + APPLICATION_ID);
      sql.run("PRAGMA user_version = " + version);
      sql.run("COMMIT");
    } catch (SQLException e) {
      sql.run("ROLLBACK");
      throw e;
    }
  }

  private static String script(int version) {
    try (InputStream in = Schema.class.getResourceAsStream(version + ".sql")) {
      if (in == null) {
        throw new IllegalStateException("migration " + version + ".sql is missing from the build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("migration " + version + ".sql cannot be read", e);
    }
  }

  private static int pragma(Statements sql, String name) throws SQLException {
    return sql.query("PRAGMA " + name, row -> row.getInt(1)).getFirst();
  }
}
