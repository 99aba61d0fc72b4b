package io.myelin.cli.chaos;

import io.myelin.cli.devnet.Child;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** {@code myelin} in a process of its own, started again whenever it ends. */
final class Supervised implements Victim {
  /**
   * How a process is started.
   *
   * @param by a program that puts itself in its place, with arguments; empty for none
   * @param environment what is added to it
   */
  record Launch(List<String> by, Map<String, String> environment) {
    static final Launch PLAIN = new Launch(List.of(), Map.of());
  }

  private static final long POLL_MILLIS = 20;
  private static final int CONNECT_MILLIS = 500;

  /** One that ends at once, since the chain is gone, is not started again in a hurry. */
  private static final Duration AGAIN = Duration.ofMillis(250);

  private final String kind;
  private final Path log;
  private final InetSocketAddress address;
  private final Launch launch;
  private final List<String> arguments;
  private final Runnable whenDead;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread supervisor;
  private volatile @Nullable Child child;
  private volatile boolean up;
  private volatile long pauseNanos;
  private volatile long diedNanos = System.nanoTime();
  private volatile long longestNanos;
  private volatile boolean killed = true;
  private final AtomicInteger ownEnds = new AtomicInteger();

  /**
   * Starts it; it need not answer yet.
   *
   * @param port where it listens when it is up
   * @param whenDead called after each of its deaths, before it is started again
   */
  Supervised(String kind, Path log, int port, List<String> arguments, Runnable whenDead) {
    this(
        kind,
        log,
        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
        Launch.PLAIN,
        arguments,
        whenDead);
  }

  /** The same elsewhere. */
  Supervised(
      String kind,
      Path log,
      InetSocketAddress address,
      Launch launch,
      List<String> arguments,
      Runnable whenDead) {
    this.kind = kind;
    this.log = log;
    this.address = address;
    this.launch = launch;
    this.arguments = List.copyOf(arguments);
    this.whenDead = whenDead;
    this.supervisor = Thread.ofPlatform().daemon().name("supervisor-" + kind).start(this::work);
  }

  private void work() {
    try {
      while (!closed.await(pauseNanos, TimeUnit.NANOSECONDS)) {
        Child started = Child.start(log, launch.by(), launch.environment(), arguments);
        child = started;
        while (!started.onExit().isDone() && !listens()) {
          if (closed.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            return;
          }
        }
        if (!started.onExit().isDone()) {
          if (killed) {
            longestNanos = Math.max(longestNanos, System.nanoTime() - diedNanos);
          }
          killed = false;
          pauseNanos = AGAIN.toNanos();
          up = true;
          var _ = started.onExit().join();
          up = false;
          if (!killed && closed.getCount() > 0) {
            ownEnds.incrementAndGet();
          }
          whenDead.run();
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(kind + " cannot be started", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(address, CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String kind() {
    return kind;
  }

  @Override
  public boolean isUp() {
    return up;
  }

  @Override
  public boolean isAlive() {
    Child running = child;
    return running != null && !running.onExit().isDone();
  }

  /** How often it ended though nobody killed it after it had been up. */
  int ownEnds() {
    return ownEnds.get();
  }

  @Override
  public boolean kill(Duration pause) throws Exception {
    Child running = child;
    if (running == null || running.onExit().isDone()) {
      return false;
    }
    pauseNanos = pause.toNanos();
    if (up) {
      diedNanos = System.nanoTime();
    }
    killed = true;
    up = false;
    running.kill();
    return true;
  }

  @Override
  public Duration longestRecovery() {
    return Duration.ofNanos(longestNanos);
  }

  @Override
  public void close() {
    closed.countDown();
    Child running = child;
    if (running != null) {
      running.close();
    }
    try {
      supervisor.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
