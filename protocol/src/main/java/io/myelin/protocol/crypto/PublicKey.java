package io.myelin.protocol.crypto;

import fr.acinq.secp256k1.Secp256k1;
import fr.acinq.secp256k1.Secp256k1Exception;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A secp256k1 public key: a point of the curve, 33 bytes in its compressed form. */
public final class PublicKey {
  /** Bytes in the compressed form. */
  public static final int COMPRESSED_LENGTH = 33;

  /** Bytes in a signature without recovery id: {@code r || s}. */
  public static final int COMPACT_LENGTH = 64;

  private static final Secp256k1 CURVE = Secp256k1.get();

  private final byte[] point;

  PublicKey(byte[] point) {
    this.point = point;
  }

  /**
   * From its compressed form.
   *
   * @throws IllegalArgumentException when the bytes are no point of the curve
   */
  public static PublicKey parse(byte[] compressed) {
    if (compressed.length != COMPRESSED_LENGTH) {
      throw new IllegalArgumentException(
          "public key: "
              + compressed.length
              + " bytes (expected: "
              + COMPRESSED_LENGTH
              + ", the compressed form)");
    }
    try {
      return new PublicKey(CURVE.pubkeyParse(compressed));
    } catch (Secp256k1Exception e) {
      throw new IllegalArgumentException(
          "public key: "
              + HexFormat.of().formatHex(compressed)
              + " (expected: a point of secp256k1)",
          e);
    }
  }

  /** The 33 bytes of the compressed form. */
  public byte[] compressed() {
    return CURVE.pubKeyCompress(point);
  }

  /** The Keccak-256 hash of its coordinates; the last 20 bytes are the address. */
  public Digest hash() {
    return Keccak256.hash(Arrays.copyOfRange(point, 1, point.length));
  }

  /** The account of its key. */
  public Address address() {
    return Signers.addressOf(point);
  }

  /**
   * Whether its key signed the digest.
   *
   * @param compact {@code r || s}; anything else, and the high s, is no signature
   */
  public boolean signed(Digest digest, byte[] compact) {
    if (compact.length != COMPACT_LENGTH) {
      return false;
    }
    try {
      return CURVE.verify(compact, digest.bytes(), point);
    } catch (Secp256k1Exception e) {
      return false;
    }
  }

  byte[] point() {
    return point;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof PublicKey that && Arrays.equals(point, that.point);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(point);
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(compressed());
  }
}
