package io.myelin.chain;

import io.myelin.protocol.ids.Digest;

/**
 * One block of one branch: two branches have different hashes at the same height.
 *
 * @param number height, the first block is 0
 * @param hash Keccak-256 of its header
 */
public record BlockRef(long number, Digest hash) {
  /** Checks the height. */
  public BlockRef {
    if (number < 0) {
      throw new IllegalArgumentException("block number: " + number + " (expected: >= 0)");
    }
  }

  @Override
  public String toString() {
    return number + "/" + hash.shortHex();
  }
}
