package io.myelin.cli.devnet;

import io.myelin.cli.CommandException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Waits for what other processes bring about, by looking again and again until a deadline. */
final class Await {
  static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long POLL_MILLIS = 20;

  private Await() {}

  /** The first value found; a call that fails counts as nothing found yet. */
  static <T> T found(String what, Supplier<Optional<T>> look) throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String last = "";
    while (System.nanoTime() < deadline) {
      try {
        Optional<T> seen = look.get();
        if (seen.isPresent()) {
          return seen.get();
        }
      } catch (CommandException e) {
        last = " (last failure: " + e.getMessage() + ")";
      }
      var _ = never.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
    }
    throw new AssertionError(what + ": not within " + PATIENCE.toSeconds() + " s" + last);
  }

  static void until(String what, Supplier<Boolean> condition) throws InterruptedException {
    var _ = found(what, () -> condition.get() ? Optional.of(true) : Optional.empty());
  }
}
