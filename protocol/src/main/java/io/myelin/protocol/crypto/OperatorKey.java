package io.myelin.protocol.crypto;

import fr.acinq.secp256k1.Secp256k1;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * A secp256k1 private key with its Ethereum address. It signs; it never shows itself in text.
 * Signatures are deterministic (RFC 6979).
 */
public final class OperatorKey {
  private static final Secp256k1 CURVE = Secp256k1.get();
  private static final int KEY_LENGTH = 32;

  private final byte[] privateKey;
  private final byte[] publicKey;
  private final Address address;

  private OperatorKey(byte[] privateKey) {
    this.privateKey = privateKey;
    this.publicKey = CURVE.pubkeyCreate(privateKey);
    this.address = Signers.addressOf(publicKey);
  }

  /** A new key; pass a {@link java.security.SecureRandom} outside of tests. */
  public static OperatorKey generate(RandomGenerator random) {
    byte[] candidate = new byte[KEY_LENGTH];
    do {
      random.nextBytes(candidate);
    } while (!CURVE.secKeyVerify(candidate));
    return new OperatorKey(candidate);
  }

  /**
   * From its 32 bytes, which are copied.
   *
   * @throws IllegalArgumentException when they are no private key (the message does not show them)
   */
  public static OperatorKey of(byte[] privateKey) {
    if (privateKey.length != KEY_LENGTH) {
      throw new IllegalArgumentException(
          "private key: " + privateKey.length + " bytes (expected: " + KEY_LENGTH + " bytes)");
    }
    if (!CURVE.secKeyVerify(privateKey)) {
      throw new IllegalArgumentException("private key: zero or not below the group order");
    }
    return new OperatorKey(privateKey.clone());
  }

  /**
   * From 64 hex digits, {@code 0x} before them or not.
   *
   * @throws IllegalArgumentException when they are no private key (the message does not show them)
   */
  public static OperatorKey parse(String hex) {
    String digits = hex.startsWith("0x") ? hex.substring(2) : hex;
    byte[] bytes;
    try {
      bytes = HexFormat.of().parseHex(digits);
    } catch (IllegalArgumentException e) {
      // The cause would quote digits of a secret.
      throw new IllegalArgumentException("private key: not hex (expected: 64 hex digits)");
    }
    return of(bytes);
  }

  /** The account of this key. */
  public Address address() {
    return address;
  }

  /** What others check its signatures against. */
  public PublicKey publicKey() {
    return new PublicKey(publicKey.clone());
  }

  /**
   * The point that both sides of an elliptic-curve Diffie-Hellman exchange get, in its compressed
   * form of 33 bytes.
   */
  public byte[] sharedPoint(PublicKey other) {
    return CURVE.pubKeyCompress(CURVE.pubKeyTweakMul(other.point(), privateKey));
  }

  /** Signs a 32-byte digest as it is, without any prefix. */
  public Signature sign(Digest digest) {
    byte[] message = digest.bytes();
    byte[] rs = CURVE.sign(message, privateKey);
    // The binding does not tell which of the two points it met; one recovery does.
    boolean first = Arrays.equals(publicKey, CURVE.ecdsaRecover(rs, message, 0));
    return Signature.ofCompact(rs, first ? 0 : 1);
  }

  /** A copy of the 32 secret bytes, for storage only. */
  public byte[] privateKeyBytes() {
    return privateKey.clone();
  }

  @Override
  public String toString() {
    return "OperatorKey[" + address + "]";
  }
}
