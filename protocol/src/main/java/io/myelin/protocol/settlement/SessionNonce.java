package io.myelin.protocol.settlement;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;
import java.nio.charset.StandardCharsets;

/** What a client of a network with a chain signs as its request's nonce. */
public final class SessionNonce {
  private static final Digest SEED_TYPE =
      Keccak256.hash("myelin/session/nonce/1".getBytes(StandardCharsets.UTF_8));

  private static final Digest ANY_TYPE =
      Keccak256.hash("myelin/session/nonce/any/1".getBytes(StandardCharsets.UTF_8));

  private SessionNonce() {}

  /**
   * The nonce of a request for any gateway. A gateway that a request names answers for the subnet
   * that it takes and for the most tasks; where none is named, the client binds both.
   *
   * @param nonce as {@link #of} has it
   * @param subnetId whose gateways may open it
   * @param maxTasks most tasks; 0 for no limit
   */
  public static Digest forAny(Digest nonce, Digest subnetId, long maxTasks) {
    Ranges.uint("maxTasks", maxTasks, 32);
    return new AbiWords().word(ANY_TYPE).word(nonce).word(subnetId).uint(maxTasks).keccak();
  }

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
