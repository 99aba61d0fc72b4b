package io.myelin.gateway.journal;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Reads on a connection of its own: a reader in write-ahead mode never waits for the writer. */
final class JournalReader implements AutoCloseable {
  private final Statements sql;
  private final ReentrantLock lock = new ReentrantLock();

  JournalReader(Statements sql) {
    this.sql = sql;
  }

  <T> List<T> query(String text, Statements.Row<T> row, @Nullable Object... values) {
    lock.lock();
    try {
      return sql.query(text, row, values);
    } catch (SQLException e) {
      throw new JournalException("the journal cannot be read: " + e.getMessage(), e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws SQLException {
    lock.lock();
    try {
      sql.close();
    } finally {
      lock.unlock();
    }
  }
}
