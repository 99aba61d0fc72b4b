package io.myelin.gateway.hub;

/**
 * How the hub treats its nodes.
 *
 * @param heartbeatMillis how often a node is to be heard
 * @param silenceMillis a node not heard for so long is lost
 * @param handshakeMillis most time from the connection to the proof
 * @param initialCredit chunks a node may send for one task before it needs more credit
 * @param maxConnections most connections at a time, unproven ones included
 */
public record HubSettings(
    int heartbeatMillis,
    int silenceMillis,
    int handshakeMillis,
    int initialCredit,
    int maxConnections) {

  /** Checks ranges. */
  public HubSettings {
    if (heartbeatMillis < 1 || handshakeMillis < 1 || initialCredit < 2 || maxConnections < 1) {
      throw new IllegalArgumentException(
          "heartbeatMillis, handshakeMillis, initialCredit, maxConnections: %d, %d, %d, %d (expected: >= 1, 1, 2, 1)"
              .formatted(heartbeatMillis, handshakeMillis, initialCredit, maxConnections));
    }
    if (silenceMillis <= heartbeatMillis) {
      throw new IllegalArgumentException(
          "silenceMillis: %d (expected: > heartbeatMillis, %d)"
              .formatted(silenceMillis, heartbeatMillis));
    }
  }

  /** What a gateway uses unless configured otherwise. */
  public static HubSettings defaults() {
    return new HubSettings(1_000, 5_000, 10_000, 64, 10_000);
  }
}
