package io.myelin.gateway.journal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * The gateway's journal: an SQLite file in write-ahead mode, held by one process. Writes go through
 * one thread and are answered in groups; reads see everything answered before.
 */
public final class Journal implements AutoCloseable {
  /** Writes that may wait before the journal refuses more. */
  public static final int QUEUE_CAPACITY = 65_536;

  private final FileChannel lock;
  private final Statements writes;
  private final JournalWriter writer;
  private final JournalReader reader;
  private final TaskStore tasks;
  private final JournalSessions sessions;
  private final Earnings earnings;
  private final SettlementLog settlements;
  private final WorkStore works;
  private final Comparisons comparisons;

  private Journal(FileChannel lock, Statements writes, Statements reads) {
    this.lock = lock;
    this.writes = writes;
    this.writer = new JournalWriter(writes, QUEUE_CAPACITY);
    this.reader = new JournalReader(reads);
    this.tasks = new TaskStore(writer, reader);
    this.sessions = new JournalSessions(writer, reader);
    this.earnings = new Earnings(reader);
    this.settlements = new SettlementLog(writer, reader);
    this.works = new WorkStore(writer, reader);
    this.comparisons = new Comparisons(writer, reader);
    writer.start();
  }

  /**
   * Opens the file, or makes it.
   *
   * @throws JournalException when another process holds it, it is damaged, of another program or of
   *     a newer version
   */
  public static Journal open(Path file) {
    FileChannel lock = lock(file);
    @Nullable Statements writes = null;
    @Nullable Statements reads = null;
    try {
      writes = connect(file);
      writes.run("PRAGMA wal_autocheckpoint = 1000");
      Schema.migrate(writes, file);
      checkWhole(writes, file);
      reads = connect(file);
      return new Journal(lock, writes, reads);
    } catch (SQLException e) {
      closeAll(writes, reads, lock);
      throw new JournalException(
          "%s cannot be opened as a journal: %s. If the file is damaged, move it away (with its -wal file) and restore a copy; an empty journal is made at the next start."
              .formatted(file, e.getMessage()),
          e);
    } catch (RuntimeException e) {
      closeAll(writes, reads, lock);
      throw e;
    }
  }

  private static void checkWhole(Statements sql, Path file) throws SQLException {
    String verdict = sql.query("PRAGMA quick_check(1)", row -> row.getString(1)).getFirst();
    if (!verdict.equals("ok")) {
      throw new JournalException(
          file + " is damaged (" + verdict + "). Move it away and restore a copy.");
    }
  }

  private static FileChannel lock(Path file) {
    Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
    try {
      Path folder = file.toAbsolutePath().getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      FileChannel channel =
          FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      @Nullable FileLock held = null;
      try {
        held = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        // Held by this very process: the same answer.
      }
      if (held == null) {
        channel.close();
        throw new JournalException(
            file
                + " is in use by another gateway. Stop it, or give this one a journal of its own.");
      }
      return channel;
    } catch (IOException e) {
      throw new JournalException(
          "%s cannot be locked: %s. Check that the folder exists and can be written."
              .formatted(lockFile, e.getMessage()),
          e);
    }
  }

  private static Statements connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(5_000);
    return new Statements(config.createConnection("jdbc:sqlite:" + file));
  }

  private static void closeAll(@Nullable AutoCloseable... parts) {
    for (AutoCloseable part : parts) {
      if (part != null) {
        try {
          part.close();
        } catch (Exception e) {
          // Closing after a failure: the first error is the one to report.
        }
      }
    }
  }

  /** Tasks, their events, chunks and receipts. */
  public TaskStore tasks() {
    return tasks;
  }

  /** The session service's log, and totals. */
  public JournalSessions sessions() {
    return sessions;
  }

  /** What nodes have earned. */
  public Earnings earnings() {
    return earnings;
  }

  /** What is settled, and how far. */
  public SettlementLog settlements() {
    return settlements;
  }

  /** How answers of several nodes to one question compared. */
  public Comparisons comparisons() {
    return comparisons;
  }

  /** What nodes did, with their evidence. */
  public WorkStore works() {
    return works;
  }

  /** Whether new work may be taken in: false while the disk falls behind. */
  public boolean hasRoom() {
    return writer.hasRoom();
  }

  /** Writes that wait. */
  public int backlog() {
    return writer.backlog();
  }

  /**
   * From now on measures each durable write, from being handed over to being on disk.
   *
   * @param nanoTime a clock that only runs forward
   * @param elapsedNanos called on the journal's thread and must not block
   */
  public void watchCommits(LongSupplier nanoTime, LongConsumer elapsedNanos) {
    writer.watch(new CommitWatch(nanoTime, elapsedNanos));
  }

  /** Completes when everything handed in before is written and answered. */
  public CompletableFuture<@Nullable Void> flush() {
    return writer.submit(false, _ -> {});
  }

  /** Writes what waits, then closes the file. */
  @Override
  public void close() {
    writer.close();
    closeAll(reader, writes, lock);
  }
}
