package io.myelin.engine.check;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What a check has its engine do: when nobody waits for the check any more, that ends too. */
final class Running {
  private final List<CompletableFuture<?>> parts = new ArrayList<>();
  private boolean cancelled;

  /** One more part of the check. */
  <T> CompletableFuture<T> with(CompletableFuture<T> part) {
    boolean late;
    synchronized (this) {
      parts.removeIf(CompletableFuture::isDone);
      parts.add(part);
      late = cancelled;
    }
    if (late) {
      part.cancel(true);
    }
    return part;
  }

  /** The check's outcome, whose cancelling ends its parts. */
  <T> CompletableFuture<T> endingWith(CompletableFuture<T> outcome) {
    var _ =
        outcome.whenComplete(
            (_, _) -> {
              if (outcome.isCancelled()) {
                cancel();
              }
            });
    return outcome;
  }

  private void cancel() {
    List<CompletableFuture<?>> open;
    synchronized (this) {
      cancelled = true;
      open = List.copyOf(parts);
    }
    open.forEach(part -> part.cancel(true));
  }
}
