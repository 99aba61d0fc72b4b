package io.myelin.protocol.crypto;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.FixedBytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, for everything that no contract computes. */
public final class Sha256 {
  private Sha256() {}

  /** A fresh digest; every Java platform has one. */
  public static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java platform lacks SHA-256", e);
    }
  }

  /** The hash of the parts, one after the other. */
  public static Digest hash(byte[]... parts) {
    MessageDigest digest = newDigest();
    for (byte[] part : parts) {
      digest.update(part);
    }
    return Digest.of(digest.digest());
  }

  /** The hash of the parts' bytes, one after the other. */
  public static Digest hash(FixedBytes... parts) {
    MessageDigest digest = newDigest();
    for (FixedBytes part : parts) {
      part.updateTo(digest);
    }
    return Digest.of(digest.digest());
  }
}
