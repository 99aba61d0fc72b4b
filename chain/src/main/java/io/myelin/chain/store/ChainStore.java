package io.myelin.chain.store;

import io.myelin.chain.event.EventJournal;
import io.myelin.chain.transaction.IntentLog;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An SQLite file that keeps intents and cursor positions, held by one process. Every write is on
 * disk when its method returns.
 */
public final class ChainStore implements AutoCloseable {
  private final Database database;
  private final SqliteEventJournal events;

  private ChainStore(Database database) {
    this.database = database;
    this.events = new SqliteEventJournal(database);
  }

  /**
   * Opens the file, or makes it.
   *
   * @throws ChainStoreException when another process holds it, it is damaged, of another program or
   *     of a newer version
   */
  public static ChainStore open(Path file) {
    return new ChainStore(Database.open(file));
  }

  /**
   * The log of one account on one chain. A development chain that began anew has another genesis
   * block, and so another, empty log.
   */
  public IntentLog intents(long chainId, Digest genesis, Address account) {
    return SqliteIntentLog.of(database, chainId, genesis, account);
  }

  /** Positions of cursors; what a consumer writes through the connection is committed with them. */
  public EventJournal<Connection> events() {
    return events;
  }

  /**
   * Looks at what consumers wrote; blocks while something is written.
   *
   * @throws ChainStoreException when it cannot be read
   */
  public <T> T read(Query<T> query) {
    AtomicReference<@Nullable T> answer = new AtomicReference<>();
    database.<RuntimeException>transact(connection -> answer.set(query.on(connection)));
    return Objects.requireNonNull(answer.get(), "a query answers");
  }

  /**
   * A question to the file.
   *
   * @param <T> its answer
   */
  public interface Query<T> {
    /** Asks; changes nothing. */
    T on(Connection connection) throws SQLException;
  }

  @Override
  public void close() {
    database.close();
  }
}
