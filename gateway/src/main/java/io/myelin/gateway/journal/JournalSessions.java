package io.myelin.gateway.journal;

import com.google.protobuf.ByteString;
import io.myelin.gateway.session.SessionLog;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in the journal, and what was counted for each. Stages complete on the writer's thread:
 * do not block in them.
 */
public final class JournalSessions implements SessionLog {
  private final JournalWriter writer;
  private final JournalReader reader;

  JournalSessions(JournalWriter writer, JournalReader reader) {
    this.writer = writer;
    this.reader = reader;
  }

  @Override
  public CompletionStage<@Nullable Void> create(
      String sessionId, ByteString keyHash, ByteString terms, long createdAtMillis) {
    byte[] id = HexFormat.of().parseHex(sessionId);
    return writer.submit(
        true,
        sql ->
            sql.update(
                "INSERT INTO session (id, key_hash, terms, created_at_millis) VALUES (?, ?, ?, ?)",
                id,
                keyHash.toByteArray(),
                terms.toByteArray(),
                createdAtMillis));
  }

  @Override
  public CompletionStage<@Nullable Void> append(String sessionId, ByteString event) {
    byte[] id = HexFormat.of().parseHex(sessionId);
    return writer.submit(
        true,
        sql ->
            sql.update(
                "INSERT INTO session_event (session, n, event) SELECT ?1,"
                    + " COALESCE((SELECT MAX(n) FROM session_event WHERE session = ?1), 0) + 1, ?2",
                id,
                event.toByteArray()));
  }

  @Override
  public List<Stored> load() {
    return reader
        .query(
            "SELECT id, key_hash, terms, created_at_millis FROM session"
                + " ORDER BY created_at_millis, id",
            row ->
                new Stored(
                    HexFormat.of().formatHex(row.getBytes(1)),
                    ByteString.copyFrom(row.getBytes(2)),
                    ByteString.copyFrom(row.getBytes(3)),
                    row.getLong(4),
                    List.of(),
                    BigInteger.ZERO,
                    0))
        .stream()
        .map(this::withHistory)
        .toList();
  }

  private Stored withHistory(Stored session) {
    List<ByteString> events =
        reader.query(
            "SELECT event FROM session_event WHERE session = ? ORDER BY n",
            row -> ByteString.copyFrom(row.getBytes(1)),
            HexFormat.of().parseHex(session.sessionId()));
    SessionTotals totals = totals(session.sessionId());
    return new Stored(
        session.sessionId(),
        session.keyHash(),
        session.terms(),
        session.createdAtMillis(),
        events,
        totals.spentWei(),
        totals.tasks());
  }

  /** What was counted for a session so far, as the receipts' own transactions added it up. */
  public SessionTotals totals(String sessionId) {
    return reader
        .query(
            "SELECT spent_wei, tasks, prompt_tokens, output_tokens FROM session_total"
                + " WHERE session = ?",
            row ->
                new SessionTotals(
                    new BigInteger(row.getString(1)),
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4)),
            HexFormat.of().parseHex(sessionId))
        .stream()
        .findFirst()
        .orElse(SessionTotals.NONE);
  }
}
