package io.myelin.discovery.link;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.PublicKey;
import io.myelin.protocol.ids.Digest;
import java.util.Arrays;
import org.apache.tuweni.bytes.Bytes;
import org.apache.tuweni.bytes.Bytes32;
import org.ethereum.beacon.discovery.crypto.Signer;

/** The operator's key as the library wants it: libsecp256k1 instead of its own slower Java. */
final class OperatorSigner implements Signer {
  private final OperatorKey key;

  OperatorSigner(OperatorKey key) {
    this.key = key;
  }

  @Override
  public Bytes sign(Bytes32 messageHash) {
    byte[] signature = key.sign(Digest.of(messageHash.toArrayUnsafe())).bytes();
    return Bytes.wrap(Arrays.copyOf(signature, PublicKey.COMPACT_LENGTH));
  }

  @Override
  public Bytes deriveECDHKeyAgreement(Bytes destPubKey) {
    return Bytes.wrap(key.sharedPoint(PublicKey.parse(destPubKey.toArrayUnsafe())));
  }

  @Override
  public Bytes deriveCompressedPublicKeyFromPrivate() {
    return Bytes.wrap(key.publicKey().compressed());
  }
}
