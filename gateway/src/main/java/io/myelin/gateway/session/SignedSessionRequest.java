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
 * @param maxTasks most tasks of the session; 0 for no limit. Not signed: it only ever restricts
 * @param seedCommitment the gateway's commitment the client saw before it drew its nonce, or null
 *     when it does not care
 */
public record SignedSessionRequest(
    SessionRequest request, Signature signature, long maxTasks, @Nullable Digest seedCommitment) {

  /** Checks ranges. */
  public SignedSessionRequest {
    if (maxTasks < 0) {
      throw new IllegalArgumentException("maxTasks: " + maxTasks + " (expected: >= 0)");
    }
  }
}
