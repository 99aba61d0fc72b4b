package io.myelin.validator;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The batches that were found right lately, in memory: who forgets reviews again. */
final class Reviewed {
  private static final int MOST = 256;
  private static final Duration FOR = Duration.ofMinutes(10);

  private final Map<Batch, Long> atNanos = new LinkedHashMap<>();

  /**
   * A batch with exactly these settlements.
   *
   * @param digest over them
   */
  record Batch(Address gateway, long batch, long set, Digest digest) {}

  synchronized void add(Batch batch, long nowNanos) {
    atNanos.remove(batch);
    atNanos.put(batch, nowNanos);
    if (atNanos.size() > MOST) {
      atNanos.remove(atNanos.keySet().iterator().next());
    }
  }

  synchronized boolean has(Batch batch, long nowNanos) {
    Long at = atNanos.get(batch);
    return at != null && nowNanos - at < FOR.toNanos();
  }
}
