package io.myelin.cli.peer;

import io.myelin.protocol.peer.AddressPolicy;
import io.myelin.protocol.peer.IpAddress;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.RecordFormatException;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * How a node joins the peer network.
 *
 * @param bootstrap records ({@code enr:…}) of nodes to begin with; none for the first node
 * @param host local IP address to bind
 * @param udpPort 0 for any free one
 * @param advertised where others reach it, when that is not {@code host}
 * @param addresses which addresses of others it may talk to
 * @param quick whether everybody is on one machine, so that asking often costs nothing
 */
public record PeerLink(
    List<String> bootstrap,
    String host,
    int udpPort,
    Optional<IpAddress> advertised,
    AddressPolicy addresses,
    boolean quick) {
  /** Checks that the records are some. */
  public PeerLink {
    bootstrap = List.copyOf(bootstrap);
    for (String record : bootstrap) {
      try {
        var _ = RecordCodec.parse(record);
      } catch (RecordFormatException e) {
        throw new IllegalArgumentException("bootstrap: " + e.getMessage(), e);
      }
    }
  }

  /** Where others reach a service of this node that listens at this address. */
  public URI reached(URI listening) {
    return advertised
        .map(ip -> URI.create("http://" + ip.inUrl() + ":" + listening.getPort()))
        .orElse(listening);
  }

  /** On this machine only, at any free port. */
  public static PeerLink local(List<String> bootstrap) {
    return new PeerLink(bootstrap, "127.0.0.1", 0, Optional.empty(), AddressPolicy.DEVNET, true);
  }
}
