package io.myelin.gateway.journal;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Settlements in the journal. A batch is written before its committee is asked, since validators
 * sign one content for one number, ever: whoever starts again must ask the same.
 */
public final class SettlementLog {
  private final JournalWriter writer;
  private final JournalReader reader;

  SettlementLog(JournalWriter writer, JournalReader reader) {
    this.writer = writer;
    this.reader = reader;
  }

  /**
   * Keeps a batch; on disk when the future completes. It may be replaced as long as nobody was
   * asked to sign it.
   */
  public CompletableFuture<@Nullable Void> keepBatch(long number, ByteString content) {
    return writer.submit(
        true,
        sql ->
            sql.update(
                "INSERT OR REPLACE INTO batch (number, content) VALUES (?, ?)",
                number,
                content.toByteArray()));
  }

  /** Gives a batch up that nobody signed. */
  public CompletableFuture<@Nullable Void> forgetBatch(long number) {
    return writer.submit(true, sql -> sql.update("DELETE FROM batch WHERE number = ?", number));
  }

  /** A batch that was kept. */
  public Optional<ByteString> batch(long number) {
    return reader
        .query(
            "SELECT content FROM batch WHERE number = ?",
            row -> ByteString.copyFrom(row.getBytes(1)),
            number)
        .stream()
        .findFirst();
  }

  /** Notes that a session's settlement is on chain, and when its window is over. */
  public CompletableFuture<@Nullable Void> settled(String sessionId, long dueAtSeconds) {
    return writer.submit(
        true,
        sql ->
            sql.update(
                "INSERT INTO settled (session, due_at_seconds) VALUES (?1, ?2)"
                    + " ON CONFLICT (session) DO UPDATE SET due_at_seconds = ?2",
                HexFormat.of().parseHex(sessionId),
                dueAtSeconds));
  }

  /** Sessions whose window is over, the longest waiting first. */
  public List<String> due(long nowSeconds, int limit) {
    return reader.query(
        "SELECT session FROM settled WHERE due_at_seconds <= ? ORDER BY due_at_seconds LIMIT ?",
        row -> HexFormat.of().formatHex(row.getBytes(1)),
        nowSeconds,
        limit);
  }

  /** Notes that a session's money is credited. */
  public CompletableFuture<@Nullable Void> finalized(String sessionId) {
    return writer.submit(
        false,
        sql -> {
          byte[] session = HexFormat.of().parseHex(sessionId);
          sql.update("DELETE FROM settled WHERE session = ?", session);
          // Nobody can ask any more what was done for it.
          sql.update("DELETE FROM work_record WHERE session = ?", session);
        });
  }
}
