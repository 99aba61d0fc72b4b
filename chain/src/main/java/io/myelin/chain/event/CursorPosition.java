package io.myelin.chain.event;

import java.util.ArrayList;
import java.util.List;

/**
 * How far a cursor is.
 *
 * @param firstBlock where it began: nothing below can ever be taken back
 * @param nextBlock the first block whose events are not delivered
 * @param recent the last delivered blocks, oldest first
 */
public record CursorPosition(long firstBlock, long nextBlock, List<DeliveredBlock> recent) {
  /** Checks and copies. */
  public CursorPosition {
    recent = List.copyOf(recent);
    if (firstBlock < 0 || nextBlock < firstBlock) {
      throw new IllegalArgumentException(
          "cursor: first block "
              + firstBlock
              + ", next "
              + nextBlock
              + " (expected: 0 <= first <= next)");
    }
  }

  /** Before anything was delivered. */
  public static CursorPosition start(long firstBlock) {
    return new CursorPosition(firstBlock, firstBlock, List.of());
  }

  CursorPosition delivered(DeliveredBlock block, int window) {
    List<DeliveredBlock> kept = new ArrayList<>(recent);
    kept.add(block);
    int surplus = Math.max(0, kept.size() - window);
    return new CursorPosition(
        firstBlock, block.block().number() + 1, kept.subList(surplus, kept.size()));
  }

  /** Keeps only the oldest of the recent blocks. */
  CursorPosition backTo(int keptBlocks) {
    List<DeliveredBlock> kept = recent.subList(0, keptBlocks);
    long next = kept.isEmpty() ? firstBlock : kept.getLast().block().number() + 1;
    return new CursorPosition(firstBlock, next, kept);
  }
}
