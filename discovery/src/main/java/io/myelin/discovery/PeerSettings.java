package io.myelin.discovery;

import io.myelin.protocol.peer.AddressPolicy;
import io.myelin.protocol.peer.IpAddress;
import io.myelin.protocol.peer.NetworkTag;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.book.BookSettings;
import io.myelin.protocol.peer.store.StoreSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a node takes part.
 *
 * @param network whose member it is
 * @param host the local address to bind, as a literal
 * @param udpPort to bind; 0 for any that is free
 * @param advertised the address that others reach it at; has to be given where it differs from
 *     {@code host}, and is never learned from strangers
 * @param bootstrap records ({@code enr:…}) of nodes to begin with
 * @param addresses which addresses of others it talks to and hands on
 * @param follow roles whose peers {@link PeerNetwork#peers} always knows, of every subnet; those of
 *     the own subnets it knows anyway
 * @param folder where it keeps its sequence number and the peers it knows; empty for nowhere
 */
public record PeerSettings(
    NetworkTag network,
    String host,
    int udpPort,
    Optional<IpAddress> advertised,
    List<String> bootstrap,
    AddressPolicy addresses,
    Set<PeerRole> follow,
    Optional<Path> folder,
    PeerTimings timings,
    BookSettings book,
    StoreSettings store) {
  /** Validates. */
  public PeerSettings {
    bootstrap = List.copyOf(bootstrap);
    follow = Set.copyOf(follow);
    if (udpPort < 0 || udpPort > 65_535) {
      throw new IllegalArgumentException(
          "UDP port: " + udpPort + " (expected: 0 to 65535, 0 for any)");
    }
    if (IpAddress.parse(host).isEmpty()) {
      throw new IllegalArgumentException(
          "host: " + host + " (expected: an IP address of this machine, such as 0.0.0.0)");
    }
    if (advertised.isEmpty() && (host.equals("0.0.0.0") || host.equals("::"))) {
      throw new IllegalArgumentException(
          "advertised address: none, with host " + host + " (expected: the address others reach)");
    }
  }

  /** With the usual times and bounds, everything followed, and nothing kept on disk. */
  public static PeerSettings of(
      NetworkTag network,
      String host,
      int udpPort,
      List<String> bootstrap,
      AddressPolicy addresses) {
    return new PeerSettings(
        network,
        host,
        udpPort,
        Optional.empty(),
        bootstrap,
        addresses,
        Set.of(PeerRole.values()),
        Optional.empty(),
        PeerTimings.DEFAULT,
        BookSettings.DEFAULT,
        StoreSettings.DEFAULT);
  }

  /** The same, kept in a folder. */
  public PeerSettings inFolder(Path where) {
    return new PeerSettings(
        network,
        host,
        udpPort,
        advertised,
        bootstrap,
        addresses,
        follow,
        Optional.of(where),
        timings,
        book,
        store);
  }

  /** The same, reached by others at another address than the one it binds. */
  public PeerSettings advertising(IpAddress address) {
    return new PeerSettings(
        network,
        host,
        udpPort,
        Optional.of(address),
        bootstrap,
        addresses,
        follow,
        folder,
        timings,
        book,
        store);
  }

  /** The same, following other roles. */
  public PeerSettings following(Set<PeerRole> roles) {
    return new PeerSettings(
        network,
        host,
        udpPort,
        advertised,
        bootstrap,
        addresses,
        roles,
        folder,
        timings,
        book,
        store);
  }

  /** The same with other times and bounds. */
  public PeerSettings timed(PeerTimings times, BookSettings bounds, StoreSettings keeps) {
    return new PeerSettings(
        network,
        host,
        udpPort,
        advertised,
        bootstrap,
        addresses,
        follow,
        folder,
        times,
        bounds,
        keeps);
  }

  IpAddress ownAddress() {
    return advertised.orElseGet(() -> IpAddress.parse(host).orElseThrow());
  }
}
