package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteConfig;

/**
 * What gateways owe, in one SQLite file, so that a restart forgets none of it. A debt that cannot
 * be written is held in memory all the same.
 */
final class DebtStore implements WorkDebts.Keeper, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DebtStore.class);

  // "Mydb": another program's database is not touched by mistake.
  private static final int APPLICATION_ID = 0x4d796462;

  private final Connection connection;
  private final Path file;

  private DebtStore(Connection connection, Path file) {
    this.connection = connection;
    this.file = file;
  }

  /**
   * A debt as it is kept; all else follows from the receipt.
   *
   * @param receipt its file, as the gateway signed it
   * @param draw the signature that drew it
   * @param teller the owner of the member that drew it; empty for this validator's own
   */
  record Stored(ByteString receipt, Signature draw, Optional<Address> teller) {}

  /**
   * Opens the file, or makes it.
   *
   * @throws SigningStoreException when it is damaged, or of another program
   */
  static DebtStore open(Path file) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    config.setBusyTimeout(1_000);
    try {
      DebtStore store = new DebtStore(config.createConnection("jdbc:sqlite:" + file), file);
      boolean whole = false;
      try {
        store.migrate();
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

  private void migrate() throws SQLException {
    int application = number("PRAGMA application_id");
    if (application != APPLICATION_ID && number("SELECT count(*) FROM sqlite_master") > 0) {
      throw new SigningStoreException(
          file + " is a database of another program. Choose another folder.");
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          """
          CREATE TABLE IF NOT EXISTS debt (
            number INTEGER PRIMARY KEY, session BLOB NOT NULL, content BLOB NOT NULL,
            receipt BLOB NOT NULL, draw BLOB NOT NULL, teller BLOB,
            UNIQUE (session, content))""");
      statement.execute("PRAGMA application_id = " + APPLICATION_ID);
    }
  }

  private int number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getInt(1);
    }
  }

  /**
   * What is owed, oldest first.
   *
   * @throws SigningStoreException when the file cannot be read
   */
  synchronized List<Stored> read() {
    List<Stored> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT receipt, draw, teller FROM debt ORDER BY number")) {
      while (row.next()) {
        try {
          all.add(
              new Stored(
                  ByteString.copyFrom(row.getBytes(1)),
                  Signature.of(row.getBytes(2)),
                  Optional.ofNullable(row.getBytes(3)).map(Address::of)));
        } catch (IllegalArgumentException e) {
          LOG.warn("{}: a debt cannot be read: {}", file, e.getMessage());
        }
      }
    } catch (SQLException e) {
      throw new SigningStoreException(file + " cannot be read: " + e.getMessage(), e);
    }
    return all;
  }

  @Override
  public synchronized void owed(WorkDebts.Draw draw) {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT OR IGNORE INTO debt (session, content, receipt, draw, teller)"
                + " VALUES (?, ?, ?, ?, ?)")) {
      insert.setBytes(1, draw.session().bytes());
      insert.setBytes(2, draw.content().bytes());
      insert.setBytes(3, draw.receipt().toByteArray());
      insert.setBytes(4, draw.draw().bytes());
      insert.setBytes(5, draw.teller().map(Address::bytes).orElse(null));
      insert.executeUpdate();
    } catch (SQLException e) {
      LOG.error("{}: a debt of session {} is not kept: {}", file, draw.session(), e.toString());
    }
  }

  @Override
  public synchronized void over(WorkDebts.Draw draw) {
    try (PreparedStatement delete =
        connection.prepareStatement("DELETE FROM debt WHERE session = ? AND content = ?")) {
      delete.setBytes(1, draw.session().bytes());
      delete.setBytes(2, draw.content().bytes());
      delete.executeUpdate();
    } catch (SQLException e) {
      LOG.error("{}: a debt of session {} is kept: {}", file, draw.session(), e.toString());
    }
  }

  @Override
  public synchronized void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new SigningStoreException(file + " cannot be closed: " + e.getMessage(), e);
    }
  }
}
