package io.myelin.compute.queue;

import com.google.protobuf.ByteString;
import io.myelin.chain.EventLog;
import io.myelin.chain.event.EventConsumer;
import io.myelin.chain.store.ChainStore;
import io.myelin.contracts.SessionQueue;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Which tasks were offered to this node, and what they ask for: written in the same transaction
 * that moves the cursor, so that a restart finds each. What the tasks have become is the chain's to
 * say, not this table's.
 */
final class QueueInbox implements EventConsumer<Connection> {
  /** The events it wants. */
  static final List<Digest> TOPICS =
      List.of(
          SessionQueue.TaskQueuedEvent.TYPE.topic(),
          SessionQueue.TaskAssignedEvent.TYPE.topic(),
          SessionQueue.TaskCompletedEvent.TYPE.topic(),
          SessionQueue.TaskFailedEvent.TYPE.topic(),
          SessionQueue.TaskCancelledEvent.TYPE.topic());

  /** An end so deep below the newest event is not taken back. */
  private static final long FORGET_BLOCKS = 1_024;

  private final Address node;
  private final String table;
  private final Runnable changed;

  /**
   * A task.
   *
   * @param spec as it went on chain; empty when it did not
   * @param offers to this node so far; 0 while it has none
   */
  record Offered(TaskId id, ByteString spec, int offers) {}

  /**
   * Of a node.
   *
   * @param genesis of the chain: what was offered on another one is nothing here
   * @param changed called when {@link #open} may have another answer
   */
  QueueInbox(Address node, Digest genesis, Runnable changed) {
    this.node = node;
    this.table = "queue_task_" + genesis.hex();
    this.changed = changed;
  }

  /** Tasks that have not ended; those without an offer may be anybody's. */
  List<Offered> open(ChainStore store) {
    return store.read(
        connection -> {
          make(connection);
          List<Offered> open = new ArrayList<>();
          try (Statement statement = connection.createStatement();
              ResultSet row =
                  statement.executeQuery(
                      "SELECT task, CASE WHEN offers > 0 THEN spec ELSE x'' END, offers FROM "
                          + table
                          + " WHERE ended_block IS NULL")) {
            while (row.next()) {
              open.add(
                  new Offered(
                      TaskId.of(row.getBytes(1)),
                      ByteString.copyFrom(row.getBytes(2)),
                      row.getInt(3)));
            }
          }
          return open;
        });
  }

  private void make(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS "
              + table
              + " (task BLOB PRIMARY KEY, spec BLOB NOT NULL, offers INTEGER NOT NULL,"
              + " ended_block INTEGER) STRICT, WITHOUT ROWID");
    }
  }

  @Override
  public void apply(Connection transaction, List<EventLog> logs) throws SQLException {
    make(transaction);
    for (EventLog log : logs) {
      switch (SessionQueue.event(log).orElse(null)) {
        case SessionQueue.TaskQueuedEvent queued ->
            update(
                transaction,
                "INSERT INTO "
                    + table
                    + " (task, spec, offers) VALUES (?, ?, 0)"
                    + " ON CONFLICT (task) DO NOTHING",
                queued.taskId().bytes(),
                queued.spec().toArray());
        case SessionQueue.TaskAssignedEvent assigned when assigned.node().equals(node) ->
            update(
                transaction,
                "UPDATE " + table + " SET offers = offers + 1 WHERE task = ?",
                assigned.taskId().bytes());
        case SessionQueue.TaskCompletedEvent ended -> end(transaction, ended.taskId(), log);
        case SessionQueue.TaskFailedEvent ended -> end(transaction, ended.taskId(), log);
        case SessionQueue.TaskCancelledEvent ended -> end(transaction, ended.taskId(), log);
        case null, default -> {}
      }
    }
    if (!logs.isEmpty()) {
      update(
          transaction,
          "DELETE FROM " + table + " WHERE ended_block < ?",
          logs.getLast().block().number() - FORGET_BLOCKS);
    }
    changed.run();
  }

  private void end(Connection transaction, Digest task, EventLog log) throws SQLException {
    update(
        transaction,
        "UPDATE " + table + " SET ended_block = ? WHERE task = ?",
        log.block().number(),
        task.bytes());
  }

  @Override
  public void revert(Connection transaction, List<EventLog> logs) throws SQLException {
    for (EventLog log : logs) {
      switch (SessionQueue.event(log).orElse(null)) {
        case SessionQueue.TaskQueuedEvent queued ->
            update(
                transaction, "DELETE FROM " + table + " WHERE task = ?", queued.taskId().bytes());
        case SessionQueue.TaskAssignedEvent assigned when assigned.node().equals(node) ->
            update(
                transaction,
                "UPDATE " + table + " SET offers = offers - 1 WHERE task = ?",
                assigned.taskId().bytes());
        case SessionQueue.TaskCompletedEvent ended -> goOn(transaction, ended.taskId());
        case SessionQueue.TaskFailedEvent ended -> goOn(transaction, ended.taskId());
        case SessionQueue.TaskCancelledEvent ended -> goOn(transaction, ended.taskId());
        case null, default -> {}
      }
    }
    changed.run();
  }

  private void goOn(Connection transaction, Digest task) throws SQLException {
    update(transaction, "UPDATE " + table + " SET ended_block = NULL WHERE task = ?", task.bytes());
  }

  private static void update(Connection transaction, String sql, Object... values)
      throws SQLException {
    try (PreparedStatement statement = transaction.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      int _ = statement.executeUpdate();
    }
  }
}
