package io.myelin.gateway.session;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.session.SessionTimings;
import io.myelin.protocol.typeddata.Eip712Domain;

/**
 * What sessions this gateway offers.
 *
 * @param gateway address of its key; requests signed for another are refused
 * @param domain where the clients' signatures count
 * @param spares nodes reserved beyond the redundancy, for failover
 * @param maxRedundancy most nodes per task
 * @param maxLifetimeMillis how far ahead a session may expire
 * @param maxSessions most sessions that have not ended
 * @param maxEnded ended sessions kept for listing; older ones are only in the journal
 * @param timings of the session machine
 */
public record SessionSettings(
    Address gateway,
    Eip712Domain domain,
    int spares,
    int maxRedundancy,
    long maxLifetimeMillis,
    int maxSessions,
    int maxEnded,
    SessionTimings timings) {

  /** Checks ranges. */
  public SessionSettings {
    atLeast("spares", spares, 0);
    atLeast("maxRedundancy", maxRedundancy, 1);
    atLeast("maxLifetimeMillis", maxLifetimeMillis, 1);
    atLeast("maxSessions", maxSessions, 1);
    atLeast("maxEnded", maxEnded, 0);
  }

  /** One spare node, redundancy up to 5, sessions of up to 7 days, as the contracts have it. */
  public static SessionSettings standard(Address gateway, Eip712Domain domain) {
    return new SessionSettings(
        gateway, domain, 1, 5, 7L * 24 * 60 * 60 * 1000, 10_000, 1_000, SessionTimings.defaults());
  }

  /** The same with another number of spare nodes. */
  public SessionSettings withSpares(int nodes) {
    return new SessionSettings(
        gateway, domain, nodes, maxRedundancy, maxLifetimeMillis, maxSessions, maxEnded, timings);
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }
}
