package io.myelin.protocol.leader;

/**
 * Something that one validator has to do on chain, once, and that does no harm when two do it: the
 * second finds it done, and its transaction reverts.
 *
 * @param name what, and which one: {@code make-set/7}
 * @param dueAtMillis since when it can be done, as the chain tells it to everybody
 */
public record Duty(String name, long dueAtMillis) {
  /** Checks both. */
  public Duty {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: blank (expected: what is to be done)");
    }
    if (dueAtMillis < 0) {
      throw new IllegalArgumentException("dueAtMillis: " + dueAtMillis + " (expected: >= 0)");
    }
  }
}
