package io.myelin.chain.event;

import io.myelin.chain.LogFilter;
import java.time.Duration;

/**
 * What a cursor delivers, and when.
 *
 * @param name of the cursor in its journal
 * @param filter which events
 * @param firstBlock where to begin when the journal knows no position: the contract's own block
 * @param confirmations blocks that must stand on a block before its events are delivered; 0
 *     delivers the head's own, and takes them back if it is reorganised away
 * @param window blocks that can be taken back; a deeper reorganisation stops the cursor
 * @param maxRange blocks asked for at once when far behind; halved when an endpoint refuses
 * @param poll how often the chain is asked
 */
public record CursorSettings(
    String name,
    LogFilter filter,
    long firstBlock,
    int confirmations,
    int window,
    int maxRange,
    Duration poll) {
  /** Checks the ranges. */
  public CursorSettings {
    if (name.isBlank()
        || firstBlock < 0
        || confirmations < 0
        || window < 1
        || maxRange < 1
        || !poll.isPositive()) {
      throw new IllegalArgumentException(
          "cursor \"%s\": first block %d, %d confirmations, window %d, range %d, poll %s (expected: a name, >= 0, >= 0, >= 1, >= 1, > 0)"
              .formatted(name, firstBlock, confirmations, window, maxRange, poll));
    }
  }

  /** Window of 128 blocks, ranges of up to 2,000, asked every second. */
  public static CursorSettings of(
      String name, LogFilter filter, long firstBlock, int confirmations) {
    return new CursorSettings(
        name, filter, firstBlock, confirmations, 128, 2_000, Duration.ofSeconds(1));
  }

  /** The same, asking more or less often. */
  public CursorSettings polling(Duration interval) {
    return new CursorSettings(name, filter, firstBlock, confirmations, window, maxRange, interval);
  }

  /** The same with another window and range. */
  public CursorSettings sized(int newWindow, int newMaxRange) {
    return new CursorSettings(
        name, filter, firstBlock, confirmations, newWindow, newMaxRange, poll);
  }
}
