package io.myelin.registry.mempool;

import io.myelin.protocol.mempool.PoolLimits;
import io.myelin.protocol.typeddata.Eip712Domain;

/**
 * How a pool is kept.
 *
 * @param domain that everybody signs in
 * @param limits of the pool
 * @param pullMillis after how long another node is asked again for what is missing here
 * @param checks most requests that are checked at a time
 * @param watchers most callers at a time that follow changes
 */
public record MempoolSettings(
    Eip712Domain domain, PoolLimits limits, long pullMillis, int checks, int watchers) {
  /** Checks the numbers. */
  public MempoolSettings {
    if (pullMillis < 1 || checks < 1 || watchers < 1) {
      throw new IllegalArgumentException(
          "pullMillis %d, checks %d, watchers %d (expected: >= 1)"
              .formatted(pullMillis, checks, watchers));
    }
  }

  /** The usual: another node is asked every 3 s, 32 checks, 256 watchers. */
  public static MempoolSettings of(Eip712Domain domain) {
    return new MempoolSettings(domain, PoolLimits.STANDARD, 3_000, 32, 256);
  }
}
