package io.myelin.chain.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/** One connection to one SQLite file, for one thread at a time; every transaction is synced. */
final class Database implements AutoCloseable {
  // "Mych": another program's database is not touched by mistake.
  private static final int APPLICATION_ID = 0x4d796368;
  private static final int VERSION = 1;

  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new HashMap<>();
  private final ReentrantLock lock = new ReentrantLock();

  private Database(Connection connection) {
    this.connection = connection;
  }

  static Database open(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    // Held by one process: a second sender of the same key would take its nonces.
    config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
    config.enforceForeignKeys(true);
    config.setBusyTimeout(2_000);
    try {
      Database database = new Database(config.createConnection("jdbc:sqlite:" + file));
      boolean whole = false;
      try {
        database.transact(_ -> database.migrate(file));
        whole = true;
        return database;
      } finally {
        if (!whole) {
          database.close();
        }
      }
    } catch (SQLException e) {
      throw new ChainStoreException(
          "%s cannot be opened: %s. Another process may hold it, or the file is damaged."
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /** What is done inside a transaction. */
  interface Work<E extends Exception> {
    void run(Connection connection) throws SQLException, E;
  }

  /** Runs the work in one transaction, on disk when this returns. */
  <E extends Exception> void transact(Work<E> work) throws E {
    lock.lock();
    try {
      execute("BEGIN IMMEDIATE");
      boolean committed = false;
      try {
        work.run(connection);
        execute("COMMIT");
        committed = true;
      } finally {
        if (!committed) {
          rollBack();
        }
      }
    } catch (SQLException e) {
      throw new ChainStoreException("the chain journal cannot be written: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  private void rollBack() {
    try {
      execute("ROLLBACK");
    } catch (SQLException e) {
      // SQLite rolls back by itself on some errors; then there is nothing left to undo.
    }
  }

  private void execute(String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Reads one row. */
  interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** All rows of a query. */
  <T> List<T> query(String sql, Row<T> reader, @Nullable Object... values) {
    lock.lock();
    try {
      List<T> rows = new ArrayList<>();
      try (ResultSet result = bind(sql, values).executeQuery()) {
        while (result.next()) {
          rows.add(reader.read(result));
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new ChainStoreException("the chain journal cannot be read: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  /** Inside {@link #transact} only; how many rows changed. */
  int update(String sql, @Nullable Object... values) throws SQLException {
    return bind(sql, values).executeUpdate();
  }

  private PreparedStatement bind(String sql, @Nullable Object... values) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
    return statement;
  }

  private void migrate(Path file) throws SQLException {
    int application = pragma("application_id");
    int version = pragma("user_version");
    boolean empty = query("SELECT 1 FROM sqlite_master LIMIT 1", row -> row.getInt(1)).isEmpty();
    if (application != APPLICATION_ID && !empty) {
      throw new ChainStoreException(
          file + " is a database of another program. Choose another file.");
    }
    if (version > VERSION) {
      throw new ChainStoreException(
          "%s has version %d, this program knows up to %d. Start the newer program that wrote it."
              .formatted(file, version, VERSION));
    }
    if (version < VERSION) {
      for (String statement : script().split(";\\s*\n")) {
        if (!statement.isBlank()) {
          execute(statement);
        }
      }
      execute("PRAGMA application_id = " + APPLICATION_ID);
      execute("PRAGMA user_version = " + VERSION);
    }
  }

  private int pragma(String name) {
    return query("PRAGMA " + name, row -> row.getInt(1)).getFirst();
  }

  private static String script() {
    try (InputStream in = Database.class.getResourceAsStream("1.sql")) {
      if (in == null) {
        throw new IllegalStateException("1.sql is missing from the build");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("1.sql cannot be read", e);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      connection.close();
    } catch (SQLException e) {
      throw new ChainStoreException("the chain journal cannot be closed: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }
}
