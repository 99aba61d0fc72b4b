package io.myelin.chain.store;

import io.myelin.chain.event.CursorPosition;
import io.myelin.chain.event.EventJournal;
import java.sql.Connection;
import java.util.Optional;

/** {@link EventJournal} in SQLite. */
final class SqliteEventJournal implements EventJournal<Connection> {
  private final Database database;

  SqliteEventJournal(Database database) {
    this.database = database;
  }

  @Override
  public Optional<CursorPosition> position(String cursor) {
    return database
        .query(
            "SELECT first_block, next_block, recent FROM event_cursor WHERE name = ?",
            row ->
                new CursorPosition(
                    row.getLong(1), row.getLong(2), StoredJson.blocks(row.getString(3))),
            cursor)
        .stream()
        .findFirst();
  }

  @Override
  public void commit(String cursor, CursorPosition next, Work<Connection> work) throws Exception {
    database.<Exception>transact(
        connection -> {
          work.run(connection);
          database.update(
              "INSERT INTO event_cursor (name, first_block, next_block, recent) VALUES (?1, ?2, ?3, ?4)"
                  + " ON CONFLICT (name) DO UPDATE SET next_block = ?3, recent = ?4",
              cursor,
              next.firstBlock(),
              next.nextBlock(),
              StoredJson.write(next.recent()));
        });
  }
}
