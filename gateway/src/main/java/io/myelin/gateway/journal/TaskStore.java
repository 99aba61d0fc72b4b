package io.myelin.gateway.journal;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.gateway.session.TaskUsage;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tasks in the journal. Futures complete on the writer's thread: do not block in them. */
public final class TaskStore {
  private static final String COLUMNS =
      "SELECT id, session, live, client_reference, created_at_millis, deadline_millis, generation,"
          + " embedding, state, ended_at_millis, failure_code, failure_message, client_fault,"
          + " delivered_tokens, result, vectors FROM task ";

  private final JournalWriter writer;
  private final JournalReader reader;

  TaskStore(JournalWriter writer, JournalReader reader) {
    this.writer = writer;
    this.reader = reader;
  }

  /** Stores a new task; a durable one is on the disk when the future completes. */
  public CompletableFuture<@Nullable Void> create(TaskRow task) {
    Submission submission = task.submission();
    byte @Nullable [] generation =
        submission.work() instanceof Submission.Work.Generate work
            ? work.spec().toByteArray()
            : null;
    byte @Nullable [] embedding =
        submission.work() instanceof Submission.Work.Embed work ? work.spec().toByteArray() : null;
    boolean live = submission.kind() == Submission.Kind.LIVE;
    return writer.submit(
        !live,
        sql ->
            sql.update(
                "INSERT INTO task (id, session, live, model, client_reference, created_at_millis,"
                    + " deadline_millis, generation, embedding, state) VALUES (?,?,?,?,?,?,?,?,?,?)",
                bytes(task.id()),
                bytes(submission.sessionId()),
                live ? 1 : 0,
                submission.work().model(),
                submission.clientReference(),
                task.createdAtMillis(),
                task.deadlineMillis(),
                generation,
                embedding,
                task.state()));
  }

  /** Appends the machine's event number {@code n} (from 1), written behind. */
  public CompletableFuture<@Nullable Void> appendEvent(
      String taskId, int n, ByteString event, String state) {
    return writer.submit(
        false,
        sql -> {
          byte[] id = bytes(taskId);
          sql.update(
              "INSERT INTO task_event (task, n, event) VALUES (?, ?, ?)",
              id,
              n,
              event.toByteArray());
          sql.update("UPDATE task SET state = ? WHERE id = ?", state, id);
        });
  }

  /** Appends a delivered chunk of a durable task, written behind. */
  public CompletableFuture<@Nullable Void> appendChunk(String taskId, GeneratedChunk chunk) {
    return writer.submit(
        false,
        sql ->
            sql.update(
                "INSERT INTO task_chunk (task, seq, chunk) VALUES (?, ?, ?)",
                bytes(taskId),
                chunk.getSeq(),
                chunk.toByteArray()));
  }

  /**
   * Ends a task. Ending it a second time changes nothing, so that what it counts is counted once.
   */
  public CompletableFuture<@Nullable Void> end(String taskId, String sessionId, TaskEnd end) {
    return writer.submit(false, sql -> writeEnd(sql, bytes(taskId), bytes(sessionId), end));
  }

  private static void writeEnd(Statements sql, byte[] task, byte[] session, TaskEnd end)
      throws SQLException {
    @Nullable TaskFailure failure = end.failure();
    int changed =
        sql.update(
            "UPDATE task SET state = ?, ended_at_millis = ?, failure_code = ?, failure_message = ?,"
                + " client_fault = ?, delivered_tokens = ?, result = ?, vectors = ?"
                + " WHERE id = ? AND ended_at_millis = 0",
            end.state(),
            end.atMillis(),
            failure == null ? null : failure.code(),
            failure == null ? null : failure.message(),
            failure != null && failure.clientFault() ? 1 : 0,
            failure == null ? 0 : failure.deliveredTokens(),
            end.result() == null ? null : end.result().toByteArray(),
            end.embedding() == null ? null : end.embedding().toByteArray(),
            task);
    if (changed == 0) {
      return;
    }
    if (end.receipt() != null && end.receiptDigest() != null) {
      sql.update(
          "INSERT INTO receipt (task, session, digest, json, at_millis) VALUES (?, ?, ?, ?, ?)",
          task,
          session,
          end.receiptDigest().toByteArray(),
          end.receipt().toByteArray(),
          end.atMillis());
    }
    if (end.usage() != null) {
      count(sql, task, session, end.usage(), end.atMillis());
    }
  }

  private static void count(
      Statements sql, byte[] task, byte[] session, TaskUsage usage, long atMillis)
      throws SQLException {
    sql.update(
        "INSERT INTO counted (task, session, price_wei, prompt_tokens, output_tokens, at_millis)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        task,
        session,
        usage.priceWei().toString(),
        usage.promptTokens(),
        usage.outputTokens(),
        atMillis);
    List<String> spent =
        sql.query(
            "SELECT spent_wei FROM session_total WHERE session = ?",
            row -> row.getString(1),
            new Object[] {session});
    BigInteger total =
        (spent.isEmpty() ? BigInteger.ZERO : new BigInteger(spent.getFirst()))
            .add(usage.priceWei());
    sql.update(
        "INSERT INTO session_total (session, spent_wei, tasks, prompt_tokens, output_tokens)"
            + " VALUES (?1, ?2, 1, ?3, ?4) ON CONFLICT (session) DO UPDATE SET spent_wei = ?2,"
            + " tasks = tasks + 1, prompt_tokens = prompt_tokens + ?3,"
            + " output_tokens = output_tokens + ?4",
        session,
        total.toString(),
        usage.promptTokens(),
        usage.outputTokens());
  }

  /** The task, if the journal knows it. */
  public Optional<TaskRow> find(String taskId) {
    return reader.query(COLUMNS + "WHERE id = ?", TaskStore::row, bytes(taskId)).stream()
        .findFirst();
  }

  /** Tasks that have not ended, oldest first. */
  public List<TaskRow> unfinished() {
    return reader.query(
        COLUMNS + "WHERE ended_at_millis = 0 ORDER BY created_at_millis, id", TaskStore::row);
  }

  /** The machine's events of a task, in order. */
  public List<ByteString> events(String taskId) {
    return reader.query(
        "SELECT event FROM task_event WHERE task = ? ORDER BY n",
        row -> ByteString.copyFrom(row.getBytes(1)),
        bytes(taskId));
  }

  /** Delivered chunks with a sequence number above {@code afterSeq}, at most {@code limit}. */
  public List<GeneratedChunk> chunks(String taskId, long afterSeq, int limit) {
    return reader.query(
        "SELECT chunk FROM task_chunk WHERE task = ? AND seq > ? ORDER BY seq LIMIT ?",
        row -> parse(GeneratedChunk.parser(), row.getBytes(1)),
        bytes(taskId),
        afterSeq,
        limit);
  }

  /** The receipt's canonical JSON, once the task completed. */
  public Optional<ByteString> receipt(String taskId) {
    return reader
        .query(
            "SELECT json FROM receipt WHERE task = ?",
            row -> ByteString.copyFrom(row.getBytes(1)),
            bytes(taskId))
        .stream()
        .findFirst();
  }

  /** SHA-256 of the receipt as 64 hex digits, once the task completed. */
  public Optional<String> receiptDigest(String taskId) {
    return reader
        .query(
            "SELECT digest FROM receipt WHERE task = ?",
            row -> HexFormat.of().formatHex(row.getBytes(1)),
            bytes(taskId))
        .stream()
        .findFirst();
  }

  /** Receipts of a session, oldest first, as canonical JSON. */
  public List<ByteString> receipts(String sessionId, int limit) {
    return reader.query(
        "SELECT json FROM receipt WHERE session = ? ORDER BY at_millis, task LIMIT ?",
        row -> ByteString.copyFrom(row.getBytes(1)),
        bytes(sessionId),
        limit);
  }

  /** What was counted for a task, if anything was. */
  public Optional<TaskUsage> counted(String taskId) {
    return reader
        .query(
            "SELECT price_wei, prompt_tokens, output_tokens FROM counted WHERE task = ?",
            row -> new TaskUsage(new BigInteger(row.getString(1)), row.getLong(2), row.getLong(3)),
            bytes(taskId))
        .stream()
        .findFirst();
  }

  private static TaskRow row(ResultSet row) throws SQLException {
    byte @Nullable [] generation = row.getBytes(7);
    byte @Nullable [] embedding = row.getBytes(8);
    Submission.Work work =
        generation != null
            ? new Submission.Work.Generate(parse(GenerationSpec.parser(), generation))
            : new Submission.Work.Embed(
                embedding == null
                    ? EmbeddingSpec.getDefaultInstance()
                    : parse(EmbeddingSpec.parser(), embedding));
    Submission submission =
        new Submission(
            HexFormat.of().formatHex(row.getBytes(2)),
            work,
            row.getInt(3) == 1 ? Submission.Kind.LIVE : Submission.Kind.DURABLE,
            row.getString(4),
            Math.max(0, row.getLong(6) - row.getLong(5)));
    byte @Nullable [] result = row.getBytes(15);
    byte @Nullable [] vectors = row.getBytes(16);
    @Nullable String failureCode = row.getString(11);
    return new TaskRow(
        HexFormat.of().formatHex(row.getBytes(1)),
        submission,
        row.getLong(5),
        row.getLong(6),
        row.getString(9),
        row.getLong(10),
        result == null ? null : parse(GenerationResult.parser(), result),
        vectors == null ? null : parse(EmbeddingResult.parser(), vectors),
        failureCode == null
            ? null
            : new TaskFailure(failureCode, row.getString(12), row.getInt(13) == 1, row.getInt(14)));
  }

  private static <T> T parse(com.google.protobuf.Parser<T> parser, byte[] bytes)
      throws SQLException {
    try {
      return parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("a message in the journal is damaged: " + e.getMessage(), e);
    }
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
