package io.myelin.gateway.session;

import io.myelin.protocol.ids.Digest;

/**
 * A session that was just opened. This is the only time its key is seen: the gateway keeps no more
 * than its SHA-256.
 *
 * @param session as it is now
 * @param apiKey bearer key
 * @param selection what is needed to draw the nodes again
 */
public record OpenedSession(SessionView session, String apiKey, Selection selection) {

  /** Does not show the key. */
  @Override
  public String toString() {
    return "OpenedSession[" + session.id() + "]";
  }

  /**
   * How the nodes were drawn.
   *
   * @param gatewaySecret the secret the gateway had committed to
   * @param seedCommitment its SHA-256
   * @param seed of the draw: both secrets together
   */
  public record Selection(Digest gatewaySecret, Digest seedCommitment, Digest seed) {}
}
