package io.myelin.discovery;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one thread that owns a node's state: whatever happens to it happens here, in order. */
final class Core implements Executor, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Core.class);
  private static final int MAX_WAITING = 20_000;

  private final ScheduledThreadPoolExecutor thread;
  private final AtomicBoolean closed = new AtomicBoolean();

  Core(String name) {
    thread =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("peers-" + name).factory());
    thread.setRemoveOnCancelPolicy(true);
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Soon; never after {@link #close}. */
  @Override
  public void execute(Runnable task) {
    try {
      thread.execute(() -> guarded(task));
    } catch (RejectedExecutionException e) {
      log.trace("closed: a task is dropped", e);
    }
  }

  /** Whether so much waits already that strangers' messages had better be dropped. */
  boolean isBusy() {
    return thread.getQueue().size() > MAX_WAITING;
  }

  /** Again and again, beginning now. */
  void every(long millis, Runnable task) {
    var _ = thread.scheduleWithFixedDelay(() -> guarded(task), 0, millis, TimeUnit.MILLISECONDS);
  }

  /** Once, later. */
  void later(long millis, Runnable task) {
    try {
      var _ = thread.schedule(() -> guarded(task), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.trace("closed: a task is dropped", e);
    }
  }

  /** What came of a request, told on this thread; empty when it failed. */
  <T> CompletableFuture<Optional<T>> settled(CompletableFuture<T> request) {
    CompletableFuture<Optional<T>> settled = new CompletableFuture<>();
    var _ =
        request.whenComplete(
            (value, failure) -> {
              if (failure != null) {
                log.trace("request failed", failure);
              }
              execute(() -> settled.complete(Optional.ofNullable(value)));
            });
    return settled;
  }

  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      // One stranger's message must not end the node.
      log.warn("Peer network: a step failed and is left out", e);
    }
  }

  boolean isClosed() {
    return closed.get();
  }

  @Override
  public void close() {
    closed.set(true);
    thread.shutdownNow();
  }
}
