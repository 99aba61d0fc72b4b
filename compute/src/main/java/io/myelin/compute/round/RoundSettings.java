package io.myelin.compute.round;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a node takes part in rounds.
 *
 * @param folder where what it made lies; one node and one network at a time
 * @param poll how often the chain is looked at
 */
public record RoundSettings(Path folder, Duration poll) {
  /** Checks the sign. */
  public RoundSettings {
    if (!poll.isPositive()) {
      throw new IllegalArgumentException("poll: " + poll + " (expected: > 0)");
    }
  }

  /** On a chain of this machine: a look a second. */
  public static RoundSettings local(Path folder) {
    return new RoundSettings(folder, Duration.ofSeconds(1));
  }

  /** On a public chain: a stage has minutes, so a look every five seconds. */
  public static RoundSettings standard(Path folder) {
    return new RoundSettings(folder, Duration.ofSeconds(5));
  }
}
