package io.myelin.protocol.selection;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;

/**
 * The seed of a draw, made by two who do not trust each other: the gateway first publishes the hash
 * of a secret, the client then signs a nonce, and the seed is the hash of both. The client cannot
 * know the secret when it picks the nonce; the gateway cannot change the secret once it has seen
 * the nonce.
 *
 * @param value Keccak-256 of {@code clientNonce || gatewaySecret}
 */
public record SelectionSeed(Digest value) {

  /** What the gateway publishes before it sees the nonce: Keccak-256 of its secret. */
  public static Digest commitmentTo(Digest gatewaySecret) {
    return Keccak256.hash(gatewaySecret.bytes());
  }

  /**
   * The seed, once the secret is revealed.
   *
   * @throws IllegalArgumentException when the secret is not the one committed to
   */
  public static SelectionSeed open(Digest commitment, Digest clientNonce, Digest gatewaySecret) {
    Digest found = commitmentTo(gatewaySecret);
    if (!found.equals(commitment)) {
      throw new IllegalArgumentException(
          "gateway secret: hashes to " + found + " (expected: " + commitment + ", its commitment)");
    }
    return new SelectionSeed(Keccak256.hash(clientNonce.bytes(), gatewaySecret.bytes()));
  }
}
