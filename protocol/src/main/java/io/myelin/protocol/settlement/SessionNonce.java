package io.myelin.protocol.settlement;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;
import java.nio.charset.StandardCharsets;

/** What a client of a network with a chain signs as its request's nonce. */
public final class SessionNonce {
  private static final Digest SEED_TYPE =
      Keccak256.hash("myelin/session/nonce/1".getBytes(StandardCharsets.UTF_8));

  private SessionNonce() {}

  /**
   * The nonce that binds the client's random, the gateway's secret and a validator set, so that
   * neither side can try again.
   *
   * @param clientRandom drawn by the client
   * @param secretCommitment Keccak-256 of the gateway's secret, which the client knows
   * @param validatorSet the set that the committee will be drawn from
   */
  public static Digest of(Digest clientRandom, Digest secretCommitment, long validatorSet) {
    Ranges.uint("validatorSet", validatorSet, 64);
    return new AbiWords()
        .word(SEED_TYPE)
        .word(clientRandom)
        .word(secretCommitment)
        .uint(validatorSet)
        .keccak();
  }
}
