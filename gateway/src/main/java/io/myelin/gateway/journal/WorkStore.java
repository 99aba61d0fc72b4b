package io.myelin.gateway.journal;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.v1.WorkRecord;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What nodes did for tasks that validators may ask about, and which tasks are proven false. */
public final class WorkStore {
  private final JournalWriter writer;
  private final JournalReader reader;

  WorkStore(JournalWriter writer, JournalReader reader) {
    this.writer = writer;
    this.reader = reader;
  }

  static void add(Statements sql, byte[] task, byte[] session, WorkRecord record)
      throws SQLException {
    sql.update(
        "INSERT OR REPLACE INTO work_record (task, node, session, record) VALUES (?, ?, ?, ?)",
        task,
        record.getNode().toByteArray(),
        session,
        record.toByteArray());
  }

  /**
   * The work of each node that committed to a task.
   *
   * @param taskId 64 hex digits
   */
  public List<WorkRecord> ofTask(String taskId) {
    return reader.query(
        "SELECT record FROM work_record WHERE task = ? ORDER BY node",
        row -> parse(row.getBytes(1)),
        HexFormat.of().parseHex(taskId));
  }

  /**
   * Receipts of a session that validators may have been shown, oldest first, as canonical JSON:
   * those among them that are left out of what is settled, and those that were made again.
   *
   * @param sessionId 64 hex digits
   */
  public List<ByteString> receipts(String sessionId, long skip, int limit) {
    return reader.query(
        "SELECT json FROM ("
            + "SELECT json, at_millis, task, 64 AS nodes FROM receipt WHERE session = ?1"
            + " UNION ALL SELECT again.json, receipt.at_millis, receipt.task, again.nodes"
            + " FROM receipt_again again JOIN receipt ON receipt.task = again.task"
            + " WHERE receipt.session = ?1"
            + ") ORDER BY at_millis, task, nodes DESC LIMIT ?2 OFFSET ?3",
        row -> ByteString.copyFrom(row.getBytes(1)),
        HexFormat.of().parseHex(sessionId),
        limit,
        skip);
  }

  /** Settles a receipt in place of the one before: the same, with one node less that is paid. */
  public CompletableFuture<@Nullable Void> makeAgain(SignedReceipt receipt) {
    return writer.submit(
        true,
        sql ->
            sql.update(
                "INSERT OR IGNORE INTO receipt_again (task, nodes, digest, json) VALUES (?, ?, ?, ?)",
                receipt.receipt().taskId().bytes(),
                receipt.receipt().paid().size(),
                receipt.receipt().digest().bytes(),
                receipt.json().getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Leaves a task's receipt out of what is settled from now on.
   *
   * @param taskId 64 hex digits
   * @param reason for people
   */
  public CompletableFuture<@Nullable Void> leaveOut(String taskId, String reason) {
    return writer.submit(
        true,
        sql ->
            sql.update(
                "INSERT OR IGNORE INTO work_void (task, reason) VALUES (?, ?)",
                HexFormat.of().parseHex(taskId),
                reason));
  }

  private static WorkRecord parse(byte[] bytes) throws SQLException {
    try {
      return WorkRecord.parseFrom(ByteString.copyFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("a record of work in the journal is damaged: " + e.getMessage(), e);
    }
  }
}
