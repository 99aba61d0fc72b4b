package io.myelin.discovery;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerClaim;
import io.myelin.protocol.peer.PeerEndpoint;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.SubnetTag;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * A peer that is staked (where its role needs it) and alive.
 *
 * @param nodeId its place in the Kademlia network
 * @param operator the account that the chain knows it by
 * @param subnets that it says it serves; the chain was asked about each
 * @param endpoint where it serves, resolved and checked; empty for one that only dials out
 * @param protocolVersion of its messages
 * @param softwareVersion of its program, as it says
 * @param record {@code enr:…}, to hand on
 */
public record Peer(
    Digest nodeId,
    Address operator,
    PeerRole role,
    List<SubnetTag> subnets,
    Optional<PeerEndpoint> endpoint,
    int protocolVersion,
    String softwareVersion,
    String record) {
  /** Copies. */
  public Peer {
    subnets = List.copyOf(subnets);
  }

  static Peer of(PeerRecord record, Optional<PeerEndpoint> endpoint) {
    PeerClaim claim = record.claim();
    return new Peer(
        record.nodeId(),
        record.operator(),
        claim.role(),
        claim.subnets(),
        endpoint,
        claim.protocolVersion(),
        claim.softwareVersion(),
        record.text());
  }

  /**
   * Where to connect: its host is the address that was checked, so that a name cannot lead
   * elsewhere meanwhile. Where the name matters (TLS), {@link #endpoint} has it.
   */
  public Optional<URI> service() {
    return endpoint.map(where -> URI.create(where.pinned()));
  }

  boolean is(PeerRole wanted, Optional<SubnetTag> subnet) {
    return role == wanted && subnet.map(subnets::contains).orElse(true);
  }
}
