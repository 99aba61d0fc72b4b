package io.myelin.registry.mempool;

import io.grpc.stub.ServerCallStreamObserver;
import io.myelin.protocol.mempool.PoolEntry;
import io.myelin.v1.PendingChange;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;

/**
 * One caller that follows the pool. What it does not read waits, up to a bound; a caller that falls
 * further behind is told so and begins again.
 */
final class PendingWatcher {
  private static final int MOST_WAITING = 8_192;

  private final Predicate<PoolEntry> wanted;
  private final ServerCallStreamObserver<PendingChange> client;
  private final Deque<PendingChange> waiting = new ArrayDeque<>();
  private final Runnable onEnd;
  private boolean over;

  PendingWatcher(
      Predicate<PoolEntry> wanted, ServerCallStreamObserver<PendingChange> client, Runnable onEnd) {
    this.wanted = wanted;
    this.client = client;
    this.onEnd = onEnd;
  }

  /** From now on writes when the caller reads; before anything is told. */
  void begin() {
    client.setOnReadyHandler(this::flush);
    client.setOnCancelHandler(this::end);
  }

  synchronized void tell(PoolEntry entry, PendingChange change) {
    if (over || !wanted.test(entry)) {
      return;
    }
    if (waiting.size() == MOST_WAITING) {
      client.onError(
          MempoolReason.BUSY.because("you are " + MOST_WAITING + " changes behind; begin again"));
      end();
      return;
    }
    waiting.add(change);
    flush();
  }

  private synchronized void flush() {
    while (!over && !waiting.isEmpty() && client.isReady()) {
      client.onNext(waiting.remove());
    }
  }

  private void end() {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      waiting.clear();
    }
    // The pool's lock may be taken there, which whoever tells holds already.
    onEnd.run();
  }
}
