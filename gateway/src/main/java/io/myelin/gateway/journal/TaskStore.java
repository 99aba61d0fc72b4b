package io.myelin.gateway.journal;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.gateway.session.TaskUsage;
import io.myelin.gateway.session.TokenPrice;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.WorkRecord;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Tasks in the journal. Futures complete on the writer's thread: do not block in them. */
public final class TaskStore {
  /** The receipt that counts: the last that was made of the task. */
  private static final String SETTLED =
      "coalesce((SELECT json FROM receipt_again WHERE task = receipt.task ORDER BY nodes LIMIT 1),"
          + " json)";

  private static final String COLUMNS =
      "SELECT id, session, live, client_reference, created_at_millis, timeout_millis, generation,"
          + " embedding, state, ended_at_millis, failure_code, failure_message, client_fault,"
          + " delivered_tokens, result, vectors, terms, price_input_wei, price_output_wei, weights,"
          + " hold_wei"
          + " FROM task ";

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
                    + " timeout_millis, generation, embedding, terms, price_input_wei,"
                    + " price_output_wei, hold_wei, state) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                bytes(task.id()),
                bytes(submission.sessionId()),
                live ? 1 : 0,
                submission.work().model(),
                submission.clientReference(),
                task.createdAtMillis(),
                submission.timeoutMillis(),
                generation,
                embedding,
                task.terms(),
                task.price().inputWei().toString(),
                task.price().outputWei().toString(),
                task.holdWei().toString(),
                task.state()));
  }

  /** Starts a group of changes of one task that are written together or not at all. */
  public Changes change(String taskId, String sessionId) {
    return new Changes(bytes(taskId), bytes(sessionId));
  }

  /** Changes of one task, for one transaction. */
  public final class Changes {
    private final byte[] task;
    private final byte[] session;
    private final List<JournalWriter.Write> writes = new ArrayList<>();

    private Changes(byte[] task, byte[] session) {
      this.task = task;
      this.session = session;
    }

    /** Appends the machine's event number {@code n} (from 1). */
    public void event(int n, long atMillis, String event, String state) {
      writes.add(
          sql -> {
            sql.update(
                "INSERT INTO task_event (task, n, at_millis, event) VALUES (?, ?, ?, ?)",
                task,
                n,
                atMillis,
                event);
            sql.update(
                "UPDATE task SET state = ? WHERE id = ? AND ended_at_millis = 0", state, task);
          });
    }

    /** Appends a delivered chunk of a durable task. */
    public void chunk(GeneratedChunk chunk) {
      writes.add(
          sql ->
              sql.update(
                  "INSERT INTO task_chunk (task, seq, chunk) VALUES (?, ?, ?)",
                  task,
                  chunk.getSeq(),
                  chunk.toByteArray()));
    }

    /** Notes the weights that the primary works with. */
    public void weights(ByteString digest) {
      writes.add(
          sql ->
              sql.update("UPDATE task SET weights = ? WHERE id = ?", digest.toByteArray(), task));
    }

    /** Keeps what one node did, with its evidence. */
    public void work(WorkRecord record) {
      writes.add(sql -> WorkStore.add(sql, task, session, record));
    }

    /** Ends the task. Ending it a second time changes nothing: what it costs is counted once. */
    public void end(TaskEnd end) {
      writes.add(sql -> writeEnd(sql, task, session, end));
    }

    /** Whether nothing was asked for yet. */
    public boolean isEmpty() {
      return writes.isEmpty();
    }

    /** Hands them to the writer; safe against the death of this process when it completes. */
    public CompletableFuture<@Nullable Void> submit() {
      List<JournalWriter.Write> all = List.copyOf(writes);
      return writer.submit(
          false,
          sql -> {
            for (JournalWriter.Write write : all) {
              write.apply(sql);
            }
          });
    }
  }

  /** One entry of a task's machine. */
  public record StoredEvent(long atMillis, String event) {}

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
    for (TaskEnd.Earned earned : end.earned()) {
      Earnings.add(sql, session, earned);
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
  public List<StoredEvent> events(String taskId) {
    return reader.query(
        "SELECT at_millis, event FROM task_event WHERE task = ? ORDER BY n",
        row -> new StoredEvent(row.getLong(1), row.getString(2)),
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
            "SELECT " + SETTLED + " FROM receipt WHERE task = ?",
            row -> ByteString.copyFrom(row.getBytes(1)),
            bytes(taskId))
        .stream()
        .findFirst();
  }

  /** SHA-256 of the receipt as 64 hex digits, once the task completed. */
  public Optional<String> receiptDigest(String taskId) {
    return reader
        .query(
            "SELECT coalesce((SELECT digest FROM receipt_again WHERE task = receipt.task ORDER BY"
                + " nodes LIMIT 1), digest) FROM receipt WHERE task = ?",
            row -> HexFormat.of().formatHex(row.getBytes(1)),
            bytes(taskId))
        .stream()
        .findFirst();
  }

  /** Receipts of a session, oldest first, as canonical JSON. */
  public List<ByteString> receipts(String sessionId, int limit) {
    return receipts(sessionId, 0, limit);
  }

  /**
   * The same, without the first {@code skip}. A session that takes no task has always the same, but
   * for receipts of work that was found false meanwhile: those are not among them.
   */
  public List<ByteString> receipts(String sessionId, long skip, int limit) {
    return reader.query(
        "SELECT "
            + SETTLED
            + " FROM receipt WHERE session = ? AND task NOT IN (SELECT task FROM work_void)"
            + " ORDER BY at_millis, task LIMIT ? OFFSET ?",
        row -> ByteString.copyFrom(row.getBytes(1)),
        bytes(sessionId),
        limit,
        skip);
  }

  /** The session of a task, if the journal knows it. */
  public Optional<String> sessionOf(String taskId) {
    return reader
        .query(
            "SELECT session FROM task WHERE id = ?",
            row -> HexFormat.of().formatHex(row.getBytes(1)),
            bytes(taskId))
        .stream()
        .findFirst();
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
            row.getLong(6));
    byte @Nullable [] result = row.getBytes(15);
    byte @Nullable [] vectors = row.getBytes(16);
    byte @Nullable [] weights = row.getBytes(20);
    @Nullable String failureCode = row.getString(11);
    return new TaskRow(
        HexFormat.of().formatHex(row.getBytes(1)),
        submission,
        row.getLong(5),
        row.getString(17),
        new TokenPrice(new BigInteger(row.getString(18)), new BigInteger(row.getString(19))),
        new BigInteger(row.getString(21)),
        weights == null ? null : ByteString.copyFrom(weights),
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
