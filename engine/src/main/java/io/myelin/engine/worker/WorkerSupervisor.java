package io.myelin.engine.worker;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps one worker within reach: starts it, asks for signs of life, starts it again. */
final class WorkerSupervisor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerSupervisor.class);
  // A worker that lived this long had started well; the next backoff begins anew.
  private static final Duration STABLE = Duration.ofSeconds(30);

  private final @Nullable WorkerLaunch launch;
  private final WorkerLimits limits;
  private final Path folder;
  private final Path socket;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("worker-supervisor").factory());

  // Guarded by this.
  private @Nullable WorkerProcess process;
  private @Nullable WorkerConnection connection;
  private List<EngineModel> models = List.of();
  private CompletableFuture<Void> up = new CompletableFuture<>();
  private String lastEnd = "";
  private long upSinceNanos;
  private int failures;
  private int restarts;
  private boolean closed;

  private WorkerSupervisor(
      @Nullable WorkerLaunch launch, WorkerLimits limits, Path folder, Path socket) {
    this.launch = launch;
    this.limits = limits;
    this.folder = folder;
    this.socket = socket;
  }

  static WorkerSupervisor spawning(WorkerLaunch launch) {
    Path folder = SocketFolder.create();
    return new WorkerSupervisor(launch, launch.limits(), folder, SocketFolder.socket(folder))
        .begin();
  }

  static WorkerSupervisor attaching(Path socket, WorkerLimits limits) {
    Path absolute = socket.toAbsolutePath();
    return new WorkerSupervisor(null, limits, absolute, absolute).begin();
  }

  private WorkerSupervisor begin() {
    boolean begun = false;
    try {
      open();
      begun = true;
    } finally {
      if (!begun) {
        close();
      }
    }
    long pingNanos = limits.ping().toNanos();
    var _ =
        thread.scheduleWithFixedDelay(this::checkLife, pingNanos, pingNanos, TimeUnit.NANOSECONDS);
    return this;
  }

  private void open() {
    @Nullable WorkerProcess started = launch == null ? null : WorkerProcess.start(launch, socket);
    boolean opened = false;
    try {
      synchronized (this) {
        process = started;
      }
      WorkerConnection fresh =
          WorkerConnection.open(
              socket, limits.handshake(), cause -> explain(started, cause), this::onEnd);
      if (fresh.models().isEmpty()) {
        throw new EngineException(EngineException.Kind.INTERNAL, "the worker serves no model");
      }
      opened = publish(fresh);
      if (!opened) {
        fresh.close(closedFailure());
        throw unavailable();
      }
    } finally {
      if (!opened && started != null) {
        started.kill();
      }
    }
  }

  private synchronized boolean publish(WorkerConnection fresh) {
    if (closed || fresh.hasEnded()) {
      return false;
    }
    connection = fresh;
    models = fresh.models();
    upSinceNanos = System.nanoTime();
    up.complete(null);
    return true;
  }

  private String explain(@Nullable WorkerProcess of, IOException cause) {
    return of == null ? String.valueOf(cause.getMessage()) : of.describeEnd();
  }

  /** On the reading thread of a connection that has failed everything it carried. */
  private void onEnd() {
    WorkerProcess dead;
    synchronized (this) {
      if (closed || connection == null) {
        return; // a connection that was never published; its opener reports
      }
      connection = null;
      up = new CompletableFuture<>();
      dead = process;
      lastEnd = "its connection ended";
    }
    // Outside of the lock: the last words of a process may take a moment.
    String end = dead == null ? "its connection ended" : dead.describeEnd();
    if (dead != null) {
      dead.kill();
    }
    Duration wait;
    synchronized (this) {
      lastEnd = end;
      if (System.nanoTime() - upSinceNanos > STABLE.toNanos()) {
        failures = 0;
      }
      wait = limits.backoff(failures++);
    }
    LOG.warn("worker lost ({}); starting again in {} ms", end, wait.toMillis());
    schedule(wait);
  }

  private void schedule(Duration wait) {
    synchronized (this) {
      if (closed) {
        return;
      }
      var _ = thread.schedule(this::reopen, wait.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void reopen() {
    try {
      open();
      synchronized (this) {
        restarts++;
      }
      LOG.info("worker is back");
    } catch (RuntimeException e) {
      Duration wait;
      synchronized (this) {
        lastEnd = String.valueOf(e.getMessage());
        wait = limits.backoff(failures++);
      }
      LOG.debug("worker not back yet ({}); next try in {} ms", e.getMessage(), wait.toMillis());
      schedule(wait);
    }
  }

  private void checkLife() {
    WorkerConnection now = current();
    if (now == null) {
      return;
    }
    if (now.silenceNanos() > limits.silence().toNanos()) {
      now.close(
          new EngineException(
              EngineException.Kind.CRASHED,
              "the worker gave no sign of life for " + limits.silence().toMillis() + " ms"));
      return;
    }
    now.ping();
  }

  Path socket() {
    return socket;
  }

  synchronized OptionalLong pid() {
    WorkerProcess running = process;
    return running != null && connection != null
        ? OptionalLong.of(running.pid())
        : OptionalLong.empty();
  }

  synchronized int restarts() {
    return restarts;
  }

  synchronized List<EngineModel> models() {
    return models;
  }

  synchronized @Nullable WorkerConnection current() {
    return connection;
  }

  synchronized CompletableFuture<Void> whenUp() {
    return up.copy();
  }

  synchronized EngineException unavailable() {
    return closed
        ? closedFailure()
        : new EngineException(
            EngineException.Kind.CRASHED, "the worker is being started again after: " + lastEnd);
  }

  private static EngineException closedFailure() {
    return new EngineException(EngineException.Kind.CLOSED, "the engine was closed");
  }

  @Override
  public void close() {
    WorkerConnection running;
    WorkerProcess child;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      running = connection;
      connection = null;
      child = process;
      up.completeExceptionally(closedFailure());
    }
    thread.shutdownNow();
    if (running != null) {
      running.close(closedFailure());
    }
    if (child != null) {
      child.close(limits.close());
    }
    if (launch != null) {
      SocketFolder.delete(folder);
    }
  }
}
