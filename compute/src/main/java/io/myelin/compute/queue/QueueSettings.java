package io.myelin.compute.queue;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a node works for the queue.
 *
 * @param folder where its promises lie; one node at a time
 * @param firstBlock no event of the network is older
 * @param confirmations blocks that must stand on an event before it is believed
 * @param poll how often the chain is looked at
 * @param promises most tasks whose promise and evidence are kept
 * @param slots of the node, as it says when it asks to be let back into the pool
 */
public record QueueSettings(
    Path folder, long firstBlock, int confirmations, Duration poll, int promises, int slots) {
  /** Checks ranges. */
  public QueueSettings {
    if (firstBlock < 0 || confirmations < 0 || !poll.isPositive() || promises < 1 || slots < 1) {
      throw new IllegalArgumentException(
          "firstBlock, confirmations, poll, promises, slots: %d, %d, %s, %d, %d (expected: >= 0, >= 0, > 0, >= 1, >= 1)"
              .formatted(firstBlock, confirmations, poll, promises, slots));
    }
  }

  /** On a chain of this machine: the newest block is believed, five looks a second. */
  public static QueueSettings local(Path folder, long firstBlock, int slots) {
    return new QueueSettings(folder, firstBlock, 0, Duration.ofMillis(200), 4_096, slots);
  }

  /** On a public chain: the newest block is believed and taken back when need be. */
  public static QueueSettings standard(Path folder, long firstBlock, int slots) {
    return new QueueSettings(folder, firstBlock, 0, Duration.ofSeconds(1), 4_096, slots);
  }
}
