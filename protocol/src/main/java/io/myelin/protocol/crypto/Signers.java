package io.myelin.protocol.crypto;

import fr.acinq.secp256k1.Secp256k1;
import fr.acinq.secp256k1.Secp256k1Exception;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.Arrays;
import java.util.Optional;

/** Who signed what: address recovery from a signature. */
public final class Signers {
  private static final Secp256k1 CURVE = Secp256k1.get();

  private Signers() {}

  /** The address whose key made this signature over the digest; empty when no key can have. */
  public static Optional<Address> recover(Digest digest, Signature signature) {
    try {
      return Optional.of(
          addressOf(
              CURVE.ecdsaRecover(signature.compact(), digest.bytes(), signature.recoveryId())));
    } catch (Secp256k1Exception e) {
      // r is not the x coordinate of a point: a forgery, not a fault.
      return Optional.empty();
    }
  }

  /** Whether exactly this address signed the digest. */
  public static boolean signedBy(Address signer, Digest digest, Signature signature) {
    return recover(digest, signature).filter(signer::equals).isPresent();
  }

  /** The last 20 bytes of the Keccak hash of an uncompressed public key (65 bytes, 04 first). */
  static Address addressOf(byte[] publicKey) {
    byte[] hash = Keccak256.hashBytes(Arrays.copyOfRange(publicKey, 1, publicKey.length));
    return Address.of(Arrays.copyOfRange(hash, 12, 32));
  }
}
