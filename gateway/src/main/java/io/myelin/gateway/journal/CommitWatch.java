package io.myelin.gateway.journal;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Measures how long durable writes take from being handed over to being on disk.
 *
 * @param nanoTime a clock that only runs forward
 * @param elapsedNanos told of each write; called on the journal's thread and must not block
 */
record CommitWatch(LongSupplier nanoTime, LongConsumer elapsedNanos) {
  static final CommitWatch NONE = new CommitWatch(() -> 0, _ -> {});

  long handedOver() {
    return nanoTime.getAsLong();
  }

  void onDisk(long handedOverNanos) {
    // A write handed over before the watch began carries no time.
    if (handedOverNanos != 0) {
      elapsedNanos.accept(nanoTime.getAsLong() - handedOverNanos);
    }
  }
}
