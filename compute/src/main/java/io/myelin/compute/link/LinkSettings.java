package io.myelin.compute.link;

import java.time.Duration;

/**
 * Times of a link.
 *
 * @param backoff waits between attempts to connect
 * @param handshakeTimeout longest time from dialling to Welcome
 */
public record LinkSettings(Backoff backoff, Duration handshakeTimeout) {

  /** What a node uses unless told otherwise. */
  public static final LinkSettings DEFAULT =
      new LinkSettings(Backoff.DEFAULT, Duration.ofSeconds(10));

  /** Checks the range. */
  public LinkSettings {
    if (handshakeTimeout.isNegative() || handshakeTimeout.isZero()) {
      throw new IllegalArgumentException(
          "handshakeTimeout: " + handshakeTimeout + " (expected: > 0)");
    }
  }
}
