package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Digest;

/** The digest over a batch's settlements: d0 is zero, each next one hashes the one before. */
public final class BatchDigest {
  /** Of a batch without a settlement. */
  public static final Digest START = Digest.ZERO;

  private BatchDigest() {}

  /**
   * The digest with one settlement more.
   *
   * @param before the digest so far
   * @param settlementDigest {@link Settlement#digest}
   * @param tasks how many receipts the settlement has
   */
  public static Digest next(Digest before, Digest settlementDigest, long tasks) {
    Ranges.uint("tasks", tasks, 32);
    return new AbiWords().word(before).word(settlementDigest).uint(tasks).keccak();
  }
}
