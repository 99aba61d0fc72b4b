package io.myelin.bench.relay;

import io.myelin.cli.Logging;
import io.myelin.cli.node.ComputeHost;
import io.myelin.compute.ComputeNode;
import io.myelin.compute.ComputeNodeSettings;
import io.myelin.protocol.crypto.OperatorKey;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The process that makes the tokens of both candidates: a compute node, and a plain HTTP server.
 */
public final class PacedNode {
  private PacedNode() {}

  /**
   * Runs until standard input ends.
   *
   * @param args data folder, gateway address, upstream port, interval in nanoseconds, tokens, slots
   */
  public static void main(String[] args) throws Exception {
    Logging.quiet();
    Path data = Path.of(args[0]);
    URI gateway = URI.create(args[1]);
    int upstreamPort = Integer.parseInt(args[2]);
    long intervalNanos = Long.parseLong(args[3]);
    int tokens = Integer.parseInt(args[4]);
    int slots = Integer.parseInt(args[5]);
    try (var engine = new PacedEngine(intervalNanos, slots);
        ComputeNode node =
            ComputeHost.start(
                ComputeNodeSettings.of(data, slots),
                OperatorKey.generate(new SecureRandom()),
                engine,
                gateway,
                List.of(),
                Optional.empty());
        var upstream = new SseUpstream(intervalNanos, tokens).start(upstreamPort)) {
      node.firstWelcome().get(60, TimeUnit.SECONDS);
      System.out.println("ready " + upstream.activeLocalPort());
      while (System.in.read() >= 0) {
        // Nothing is said on this line; its end is the sign to stop.
      }
    }
    System.exit(0);
  }
}
