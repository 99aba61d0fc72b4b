package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import io.myelin.cli.peer.PeerLink;
import io.myelin.client.Records;
import io.myelin.protocol.peer.AddressPolicy;
import io.myelin.protocol.peer.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a node that finds others in the peer network, and is found there. */
final class PeerOptions {
  /** Their keys in a configuration file. */
  static final Set<String> KEYS =
      Set.of("bootstrap", "peer-host", "peer-port", "advertise", "allow-private");

  @Option(
      names = "--bootstrap",
      paramLabel = "RECORD",
      description = {
        "Find the network by this record, enr:..., of any of its nodes, or by a file that",
        "holds some, a line each (repeatable). ./myelin registry prints its own."
      })
  private List<String> bootstrap = List.of();

  @Option(
      names = "--peer-host",
      paramLabel = "IP",
      description = "Local address of the peer network's UDP port (default: as --host).")
  private @Nullable String peerHost;

  @Option(
      names = "--peer-port",
      paramLabel = "PORT",
      description = "UDP port of the peer network; 0 for any free one (the default).")
  private @Nullable Integer peerPort;

  @Option(
      names = "--advertise",
      paramLabel = "IP",
      description = "Address at which others reach this node, behind NAT or with --host 0.0.0.0.")
  private @Nullable String advertise;

  @Option(
      names = "--allow-private",
      description = "Talk to peers at private addresses too: a network inside one site.")
  private boolean allowPrivate;

  /** Whether a user named a network to join. */
  boolean isGiven(ConfigFile file) {
    return !file.list("bootstrap", bootstrap).isEmpty();
  }

  /**
   * How to join.
   *
   * @param host that the node's service binds
   */
  PeerLink link(ConfigFile file, String host, int usualPort) {
    List<String> records = new ArrayList<>();
    for (String text : file.list("bootstrap", bootstrap)) {
      records.addAll(
          Records.of("--bootstrap", text, "a record, enr:..., or a file that holds some"));
    }
    String bound = file.text("peer-host", peerHost, host.equals("localhost") ? "127.0.0.1" : host);
    String told = file.text("advertise", advertise, "");
    boolean sitewide = file.text("allow-private", allowPrivate ? "true" : null, "").equals("true");
    boolean loopback = bound.startsWith("127.") || bound.equals("::1");
    try {
      return new PeerLink(
          records,
          bound,
          file.number("peer-port", peerPort, usualPort, 0, 65_535),
          told.isEmpty() ? Optional.empty() : Optional.of(address(told)),
          new AddressPolicy(loopback, sitewide),
          loopback);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--" + e.getMessage());
    }
  }

  private static IpAddress address(String text) {
    return IpAddress.parse(text)
        .orElseThrow(
            () -> CommandException.usage("--advertise: " + text + " (expected: an IP address)"));
  }
}
