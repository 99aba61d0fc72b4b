package io.myelin.validator;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/** One SQLite file of a validator, of one table. For one thread at a time. */
final class StoreFile implements AutoCloseable {
  private static final int VERSION = 1;
  private static final int BUSY_MILLIS = 1_000;

  private final Connection connection;
  private final Path file;

  private StoreFile(Connection connection, Path file) {
    this.connection = connection;
    this.file = file;
  }

  /**
   * What tells one kind of file from another.
   *
   * @param applicationId so that another program's database is not touched by mistake
   * @param synced whether what was written is on disk at once
   * @param heldByOne whether one process holds it, and no other may
   * @param table the statement that makes its table where there is none
   */
  record Format(int applicationId, boolean synced, boolean heldByOne, String table) {}

  /**
   * Opens the file, or makes it.
   *
   * @throws SigningStoreException when another process holds it, it is damaged, of another program
   *     or of a newer version
   */
  static StoreFile open(Path file, Format format) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(
        format.synced() ? SQLiteConfig.SynchronousMode.FULL : SQLiteConfig.SynchronousMode.NORMAL);
    config.setLockingMode(
        format.heldByOne() ? SQLiteConfig.LockingMode.EXCLUSIVE : SQLiteConfig.LockingMode.NORMAL);
    config.setBusyTimeout(BUSY_MILLIS);
    try {
      StoreFile store = new StoreFile(config.createConnection("jdbc:sqlite:" + file), file);
      boolean whole = false;
      try {
        store.migrate(format);
        whole = true;
        return store;
      } finally {
        if (!whole) {
          store.close();
        }
      }
    } catch (SQLException e) {
      throw new SigningStoreException(
          "%s cannot be opened: %s. Another process may hold it, or the file is damaged."
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private void migrate(Format format) throws SQLException {
    execute("BEGIN IMMEDIATE");
    int application = number("PRAGMA application_id");
    int version = number("PRAGMA user_version");
    boolean empty = number("SELECT count(*) FROM sqlite_master") == 0;
    if (application != format.applicationId() && !empty) {
      throw new SigningStoreException(
          file + " is a database of another program. Choose another folder.");
    }
    if (version > VERSION) {
      throw new SigningStoreException(
          "%s has version %d, this program knows up to %d. Start the newer program that wrote it."
              .formatted(file, version, VERSION));
    }
    if (version < VERSION) {
      execute(format.table());
      execute("PRAGMA application_id = " + format.applicationId());
      execute("PRAGMA user_version = " + VERSION);
    }
    execute("COMMIT");
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private int number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getInt(1);
    }
  }

  PreparedStatement prepare(String sql) throws SQLException {
    return connection.prepareStatement(sql);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new SigningStoreException(file + " cannot be closed: " + e.getMessage(), e);
    }
  }

  /** Where it is. */
  @Override
  public String toString() {
    return file.toString();
  }
}
