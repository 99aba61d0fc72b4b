package io.myelin.gateway.http;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Runs things later; passed in, so that tests move the time by hand. */
public interface Timers {

  /** Something that will run. */
  interface Handle {
    /** Stops it; without effect when it has run. */
    void cancel();
  }

  /** Runs {@code action} again and again; it must not block. */
  Handle every(long intervalMillis, Runnable action);

  /** Runs {@code action} once; it must not block. */
  Handle after(long delayMillis, Runnable action);

  /** Timers of an executor. */
  static Timers of(ScheduledExecutorService executor) {
    return new Timers() {
      @Override
      public Handle every(long intervalMillis, Runnable action) {
        return handle(
            executor.scheduleAtFixedRate(
                action, intervalMillis, intervalMillis, TimeUnit.MILLISECONDS));
      }

      @Override
      public Handle after(long delayMillis, Runnable action) {
        return handle(executor.schedule(action, delayMillis, TimeUnit.MILLISECONDS));
      }

      private Handle handle(ScheduledFuture<?> future) {
        return () -> future.cancel(false);
      }
    };
  }
}
