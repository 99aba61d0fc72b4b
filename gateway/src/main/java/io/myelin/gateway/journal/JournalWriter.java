package io.myelin.gateway.journal;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. It takes everything that waits, writes it in one transaction and
 * answers all of it at once, so that a burst costs one commit. A group with a durable write is
 * synced to the disk before it is answered; any other is safe against the death of this process,
 * not of the machine.
 */
final class JournalWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(JournalWriter.class);
  private static final int GROUP = 512;
  private static final long CLOSE_MILLIS = 10_000;

  private final Statements sql;
  private final BlockingQueue<Entry> queue;
  private final int roomMark;
  private final Thread thread;
  private volatile boolean closing;
  private volatile CommitWatch watch = CommitWatch.NONE;
  private boolean syncing = true;

  JournalWriter(Statements sql, int capacity) {
    this.sql = sql;
    this.queue = new ArrayBlockingQueue<>(capacity);
    this.roomMark = capacity / 2;
    this.thread = Thread.ofPlatform().name("myelin-journal").daemon().unstarted(this::work);
  }

  void start() {
    thread.start();
  }

  /** One change of the file, in the order submitted. */
  interface Write {
    void apply(Statements sql) throws SQLException;
  }

  /** Never blocks; fails at once when the queue is full or the journal closes. */
  CompletableFuture<@Nullable Void> submit(boolean durable, Write write) {
    Entry entry = new Entry(durable, write, new CompletableFuture<>(), watch.handedOver());
    if (closing || !queue.offer(entry)) {
      entry.done.completeExceptionally(
          new JournalException(
              closing
                  ? "the journal is closed"
                  : "the journal is " + queue.size() + " writes behind; the disk is too slow"));
    }
    return entry.done;
  }

  /** Whether new work may be taken in; what already runs keeps the other half of the queue. */
  boolean hasRoom() {
    return queue.size() < roomMark;
  }

  int backlog() {
    return queue.size();
  }

  private void work() {
    List<Entry> group = new ArrayList<>(GROUP);
    while (true) {
      group.clear();
      try {
        Entry first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first == null) {
          if (closing) {
            return;
          }
          continue;
        }
        group.add(first);
      } catch (InterruptedException e) {
        // Only close() ends this thread, after the queue is written.
        continue;
      }
      queue.drainTo(group, GROUP - 1);
      commit(group);
    }
  }

  private void commit(List<Entry> group) {
    try {
      transact(group);
      for (Entry entry : group) {
        if (entry.durable) {
          watch.onDisk(entry.handedOverNanos);
        }
      }
      group.forEach(entry -> entry.done.complete(null));
    } catch (SQLException | RuntimeException e) {
      if (group.size() == 1) {
        log.warn("journal write failed: {}", e.toString());
        group.getFirst().done.completeExceptionally(e);
        return;
      }
      // One bad write must not take its neighbours with it.
      for (Entry entry : group) {
        commit(List.of(entry));
      }
    }
  }

  private void transact(List<Entry> group) throws SQLException {
    boolean durable = false;
    for (Entry entry : group) {
      durable |= entry.durable;
    }
    if (durable != syncing) {
      sql.run(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
      syncing = durable;
    }
    sql.run("BEGIN IMMEDIATE");
    boolean committed = false;
    try {
      for (Entry entry : group) {
        entry.write.apply(sql);
      }
      sql.run("COMMIT");
      committed = true;
    } finally {
      if (!committed) {
        rollBack();
      }
    }
  }

  private void rollBack() {
    try {
      sql.run("ROLLBACK");
    } catch (SQLException e) {
      // SQLite rolls back by itself on some errors (full disk); then there is nothing left to do.
      log.debug("rollback: {}", e.toString());
    }
  }

  /** Writes what waits, then stops. */
  @Override
  public void close() {
    closing = true;
    boolean interrupted = false;
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    Entry left;
    while ((left = queue.poll()) != null) {
      left.done.completeExceptionally(new JournalException("the journal closed before this write"));
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** From now on durable writes are measured. */
  void watch(CommitWatch commits) {
    watch = commits;
  }

  private record Entry(
      boolean durable, Write write, CompletableFuture<@Nullable Void> done, long handedOverNanos) {}
}
