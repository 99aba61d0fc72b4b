package io.myelin.gateway.session;

import io.myelin.protocol.crypto.Signature;
import java.math.BigInteger;

/**
 * The client's leave to take tokens of its account, as ERC-2612 has it, for the payment contract.
 *
 * @param valueWei most that may be taken
 * @param deadlineSeconds until when it can be used (Unix time)
 */
public record SignedPermit(BigInteger valueWei, long deadlineSeconds, Signature signature) {

  /** Checks ranges. */
  public SignedPermit {
    if (valueWei.signum() <= 0 || valueWei.bitLength() > 256) {
      throw new IllegalArgumentException(
          "valueWei: " + valueWei + " (expected: above 0, below 2^256)");
    }
    if (deadlineSeconds <= 0) {
      throw new IllegalArgumentException(
          "deadlineSeconds: " + deadlineSeconds + " (expected: > 0, Unix time)");
    }
  }
}
