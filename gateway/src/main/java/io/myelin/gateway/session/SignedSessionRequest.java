package io.myelin.gateway.session;

import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.SessionRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends to open a session.
 *
 * @param request what it signed
 * @param signature its EIP-712 signature over {@code request}
 * @param clientRandom its part of the draw's randomness
 * @param seedCommitment the gateway's part, as its hash; handed out once, used once
 * @param validatorSet that the committee is drawn from; the request's nonce binds all three
 * @param maxTasks most tasks of the session; 0 for no limit. Not signed: it only ever restricts
 * @param subnet where it shall be opened, or null for the gateway's choice. Not signed: the price
 *     is the gateway's to quote, and the budget is all that it may cost
 * @param permit its leave to escrow the budget, or null when the account gave an allowance
 */
public record SignedSessionRequest(
    SessionRequest request,
    Signature signature,
    Digest clientRandom,
    Digest seedCommitment,
    long validatorSet,
    long maxTasks,
    @Nullable Digest subnet,
    @Nullable SignedPermit permit) {

  private static final long MOST_TASKS = 0xFFFF_FFFFL;

  /** In the subnet that the gateway chooses. */
  public SignedSessionRequest(
      SessionRequest request,
      Signature signature,
      Digest clientRandom,
      Digest seedCommitment,
      long validatorSet,
      long maxTasks,
      @Nullable SignedPermit permit) {
    this(request, signature, clientRandom, seedCommitment, validatorSet, maxTasks, null, permit);
  }

  /** Checks ranges. */
  public SignedSessionRequest {
    if (maxTasks < 0 || maxTasks > MOST_TASKS) {
      throw new IllegalArgumentException(
          "maxTasks: " + maxTasks + " (expected: 0.." + MOST_TASKS + ")");
    }
  }
}
