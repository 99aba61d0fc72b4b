package io.myelin.chain;

import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;

/**
 * What a block says of itself.
 *
 * @param ref height and hash
 * @param parent hash of the block before it
 * @param timestampSeconds Unix time its maker gave it
 * @param baseFeeWei price of one gas that every transaction in it burns; zero on chains without one
 */
public record BlockHeader(
    BlockRef ref, Digest parent, long timestampSeconds, BigInteger baseFeeWei) {
  /** Height. */
  public long number() {
    return ref.number();
  }

  /** Keccak-256 of the header. */
  public Digest hash() {
    return ref.hash();
  }
}
