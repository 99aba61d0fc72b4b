package io.myelin.protocol.selection;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Unbiased integers from a seed. Word i is Keccak-256 of {@code seed || Keccak-256(purpose) ||
 * uint256 i}, its first 8 bytes an unsigned integer x. With {@code rest = 2^64 mod bound}, an x of
 * {@code 2^64 - rest} or more is thrown away, so that every result below the bound is equally
 * likely.
 */
final class SeededDraw {
  private static final int WORD = 32;

  private final byte[] block = new byte[3 * WORD];
  private final ByteBuffer blockBuffer = ByteBuffer.wrap(block);
  private long counter;

  SeededDraw(SelectionSeed seed, String purpose) {
    blockBuffer.put(0, seed.value().bytes());
    blockBuffer.put(WORD, Keccak256.hashBytes(purpose.getBytes(StandardCharsets.UTF_8)));
  }

  /** The next integer in {@code [0, bound)}. */
  long below(long bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound: " + bound + " (expected: >= 1)");
    }
    // 2^64 mod bound, in 64 bits: (2^64 - bound) mod bound.
    long rest = Long.remainderUnsigned(-bound, bound);
    while (true) {
      long x = nextWord();
      // x < 2^64 - rest; all are in when nothing is left over.
      if (rest == 0 || Long.compareUnsigned(x, -rest) < 0) {
        return Long.remainderUnsigned(x, bound);
      }
    }
  }

  /** How many words were used. */
  long wordsUsed() {
    return counter;
  }

  private long nextWord() {
    blockBuffer.putLong(3 * WORD - Long.BYTES, counter++);
    Digest word = Keccak256.hash(block);
    return ByteBuffer.wrap(word.bytes()).getLong();
  }
}
