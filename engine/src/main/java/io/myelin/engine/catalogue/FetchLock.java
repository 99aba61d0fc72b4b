package io.myelin.engine.catalogue;

import io.myelin.engine.EngineException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One fetcher of a file at a time, over all threads and processes of this machine. */
final class FetchLock implements AutoCloseable {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  // A file lock belongs to the process, so threads need a lock of their own.
  private static final ConcurrentHashMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

  private final ReentrantLock thread;
  private final FileChannel channel;

  private FetchLock(ReentrantLock thread, FileChannel channel) {
    this.thread = thread;
    this.channel = channel;
  }

  /** Waits for the lock; says so through {@code progress} while another holds it. */
  static FetchLock take(Path lockFile, Duration patience, FetchProgress progress)
      throws IOException {
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    Files.createDirectories(lockFile.toAbsolutePath().getParent());
    ReentrantLock thread =
        THREADS.computeIfAbsent(lockFile.toAbsolutePath(), path -> new ReentrantLock());
    boolean threadHeld = false;
    FileChannel channel = null;
    boolean taken = false;
    try {
      while (!threadHeld) {
        threadHeld = thread.tryLock();
        if (!threadHeld) {
          await(lockFile, deadlineNanos, patience, progress);
        }
      }
      channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      @Nullable FileLock lock = channel.tryLock();
      while (lock == null) {
        await(lockFile, deadlineNanos, patience, progress);
        lock = channel.tryLock();
      }
      taken = true;
      return new FetchLock(thread, channel);
    } finally {
      if (!taken) {
        if (channel != null) {
          channel.close();
        }
        if (threadHeld) {
          thread.unlock();
        }
      }
    }
  }

  private static void await(
      Path lockFile, long deadlineNanos, Duration patience, FetchProgress progress) {
    if (System.nanoTime() - deadlineNanos > 0 || Thread.currentThread().isInterrupted()) {
      throw new EngineException(
          EngineException.Kind.BAD_MODEL_FILE,
          "another process has been fetching this model for over "
              + patience.toSeconds()
              + " s (it holds "
              + lockFile
              + "); end it, or wait and try again");
    }
    progress.update("waiting for another process that fetches this model", 0, -1);
    LockSupport.parkNanos(POLL_NANOS);
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      thread.unlock();
    }
  }
}
