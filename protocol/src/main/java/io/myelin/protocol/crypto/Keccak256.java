package io.myelin.protocol.crypto;

import io.myelin.protocol.ids.Digest;
import org.bouncycastle.crypto.digests.KeccakDigest;

/** Keccak-256 with Ethereum's padding, for everything that a contract or a wallet computes too. */
public final class Keccak256 {
  private static final int BITS = 256;

  private Keccak256() {}

  /** The hash of the parts, one after the other. */
  public static Digest hash(byte[]... parts) {
    return Digest.of(hashBytes(parts));
  }

  /** The same as {@link #hash}, as bare bytes. */
  public static byte[] hashBytes(byte[]... parts) {
    KeccakDigest digest = new KeccakDigest(BITS);
    for (byte[] part : parts) {
      digest.update(part, 0, part.length);
    }
    byte[] hash = new byte[BITS / 8];
    digest.doFinal(hash, 0);
    return hash;
  }
}
