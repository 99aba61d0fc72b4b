package io.myelin.gateway.session;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.mempool.Announcement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Opens and closes sessions; every front sees a session as soon as it is opened. */
public interface Sessions extends SessionDirectory {

  /**
   * Checks a request, draws and reserves nodes, sets the budget aside. Completes once the session
   * is on disk; fails with a {@link SessionRefusedException} when it was not opened.
   */
  CompletableFuture<OpenedSession> open(SignedSessionRequest request);

  /**
   * Checks a request that names no gateway, and uses up the secret that its nonce binds: from now
   * on everybody may know it, so that any gateway of the subnet can open the session.
   *
   * @throws SessionRefusedException when it would not be opened here
   */
  default Digest takeIn(SignedSessionRequest request) throws SessionRefusedException {
    throw new SessionRefusedException(
        SessionRefusedException.Reason.WRONG_GATEWAY, "request.gateway: none (expected: this one)");
  }

  /**
   * Opens a session whose request waits for any gateway, with the key that its client chose.
   * Whether its signatures are right has been checked. Completes and fails as {@link #open}.
   */
  default CompletableFuture<SessionView> openWaiting(Announcement waiting) {
    return CompletableFuture.failedFuture(new UnsupportedOperationException());
  }

  /**
   * Takes no more tasks for a session, and closes it once its running tasks have ended. Completes
   * with the session as it is once the wish is on disk; fails with a {@link
   * SessionRefusedException} when there is no such session. Closing a closed session changes
   * nothing.
   */
  CompletableFuture<SessionView> close(String sessionId);

  /** Every session of one account, newest first, those that ended included. */
  List<SessionView> ofClient(String client);

  /** How many are active now. */
  int activeCount();

  /**
   * SHA-256 of the secret that will go into the next session's draw. A client that wants to be sure
   * that the gateway did not steer the draw reads it before it chooses its nonce.
   */
  Digest seedCommitment();

  /** What else a client binds with its nonce, the validator set; and the gateway's subnets. */
  SessionChain.Standing standing();

  /** The subnets that this gateway serves, the default one first. */
  default List<SubnetView> subnets() {
    return standing().subnetIds().stream()
        .map(id -> new SubnetView(id, models(), List.of()))
        .toList();
  }

  /**
   * How the node pool names a node now: ephemeral, reserved, released, suspended, leaving, or
   * unqualified for one it does not know.
   */
  String nodeState(String nodeId);

  /** Whether the chain has a node in the pool, connected here or not. */
  default boolean isInPool(String nodeId) {
    return false;
  }

  /** How a node stands in draws, and why; empty where no chain says so. */
  default Optional<NodeReputation> reputation(String nodeId) {
    return Optional.empty();
  }
}
