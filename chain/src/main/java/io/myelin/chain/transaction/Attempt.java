package io.myelin.chain.transaction;

import io.myelin.chain.Bytes;
import io.myelin.chain.Fees;
import io.myelin.protocol.ids.Digest;

/**
 * One signed transaction of an intent. All attempts of an intent have the same nonce, so that at
 * most one of them can ever be in the chain.
 *
 * @param nonce of the account
 * @param hash the chain's name for it
 * @param raw what is sent
 * @param gasLimit gas it may use
 * @param signedAtMillis Unix time
 */
public record Attempt(
    long nonce, Digest hash, Bytes raw, Fees fees, long gasLimit, long signedAtMillis) {
  /** Checks the ranges. */
  public Attempt {
    if (nonce < 0 || gasLimit < 1) {
      throw new IllegalArgumentException(
          "attempt: nonce " + nonce + ", gas " + gasLimit + " (expected: >= 0, >= 1)");
    }
  }
}
