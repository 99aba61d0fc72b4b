package io.myelin.validator;

import java.util.HashMap;
import java.util.Map;

/**
 * Which number an account's next transaction has. One that was sent just now may not be counted by
 * the chain yet and keeps its number; one that has waited for long is replaced, never done twice.
 */
final class Nonces {
  private final long patienceNanos;
  private final Map<Long, Long> sentAtNanos = new HashMap<>();

  Nonces(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  /**
   * The number to use.
   *
   * @param counted transactions of the account that the chain has
   */
  long next(long counted, long nowNanos) {
    sentAtNanos.values().removeIf(at -> nowNanos - at >= patienceNanos);
    long nonce = counted;
    while (sentAtNanos.containsKey(nonce)) {
      nonce++;
    }
    return nonce;
  }

  /** A transaction of this number was sent. */
  void sent(long nonce, long nowNanos) {
    sentAtNanos.put(nonce, nowNanos);
  }
}
