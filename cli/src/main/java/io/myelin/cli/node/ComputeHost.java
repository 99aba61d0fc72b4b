package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import io.myelin.cli.peer.PeerLink;
import io.myelin.cli.peer.Peers;
import io.myelin.cli.peer.ValidatorUrls;
import io.myelin.client.ClientException;
import io.myelin.compute.ComputeNode;
import io.myelin.compute.ComputeNodeSettings;
import io.myelin.compute.fault.Fault;
import io.myelin.compute.fault.NodeFaults;
import io.myelin.compute.link.Dialer;
import io.myelin.compute.link.GrpcDialer;
import io.myelin.compute.task.KeyCommitSigner;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRole;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts a compute node together. */
public final class ComputeHost {
  private ComputeHost() {}

  /** Starts a node of a gateway, as below. */
  public static ComputeNode start(
      ComputeNodeSettings settings,
      OperatorKey key,
      InferenceEngine engine,
      URI gateway,
      List<Fault> faults,
      Optional<Runnable> crash) {
    return start(settings, key, engine, List.of(gateway), faults, crash);
  }

  /**
   * How a node finds its gateways, and is found by them.
   *
   * @param link its chain, with the subnets whose gateways it works for; with none, for all
   * @param validators told of those that are found
   */
  public record Finding(PeerLink how, ChainLink link, ValidatorUrls validators) {}

  /**
   * Starts a node; it dials until it is welcomed.
   *
   * @param gateways that it works for; none for a node that serves the queue on chain alone
   * @param faults how it fails on purpose; empty for an honest node
   * @param crash how a crashing fault ends it, or empty to cut its stream and end this node alone
   */
  public static ComputeNode start(
      ComputeNodeSettings settings,
      OperatorKey key,
      InferenceEngine engine,
      List<URI> gateways,
      List<Fault> faults,
      Optional<Runnable> crash) {
    return start(settings, key, engine, gateways, faults, crash, Optional.empty());
  }

  /**
   * As above, for a node that finds gateways.
   *
   * @throws CommandException when its folder cannot be used, the chain is not reached or a port is
   *     taken
   */
  public static ComputeNode start(
      ComputeNodeSettings settings,
      OperatorKey key,
      InferenceEngine engine,
      List<URI> gateways,
      List<Fault> faults,
      Optional<Runnable> crash,
      Optional<Finding> finding) {
    return start(
        settings,
        key,
        engine,
        gateways,
        faults,
        crash,
        finding,
        type -> {
          throw new CommandException("substitute:" + type + ": there is no model file here");
        });
  }

  /**
   * As above, for a node that may run copies of its model.
   *
   * @param copies an engine on a copy of a quantisation, which the caller closes
   */
  public static ComputeNode start(
      ComputeNodeSettings settings,
      OperatorKey key,
      InferenceEngine engine,
      List<URI> gateways,
      List<Fault> faults,
      Optional<Runnable> crash,
      Optional<Finding> finding,
      Function<String, InferenceEngine> copies) {
    AtomicReference<@Nullable ComputeNode> started = new AtomicReference<>();
    Runnable end =
        crash.orElse(
            () -> {
              ComputeNode node = started.get();
              if (node != null) {
                node.abort("crashed on purpose");
              }
            });
    NodeFaults wrapped = new NodeFaults(faults, end, copies);
    SecureRandom random = new SecureRandom();
    InstantSource clock = InstantSource.system();
    try {
      ComputeNode node =
          ComputeNode.start(
              (finding.isPresent() ? settings.roaming() : settings)
                  .withSlots(wrapped.slots(settings.tasks().slots())),
              key,
              wrapped.engine(engine),
              wrapped.examined(engine),
              wrapped.signer(new KeyCommitSigner(key, settings.domain(), random, clock)),
              gateways.stream().map(url -> wrapped.dialer(new GrpcDialer(url))).toList(),
              clock,
              random);
      started.set(node);
      if (finding.isPresent()) {
        follow(node, key, settings, finding.get(), url -> wrapped.dialer(new GrpcDialer(url)));
      }
      return node;
    } catch (IOException e) {
      throw new CommandException("compute node " + key.address() + ": " + e.getMessage(), e);
    }
  }

  private static void follow(
      ComputeNode node,
      OperatorKey key,
      ComputeNodeSettings settings,
      Finding finding,
      Function<URI, Dialer> dialer) {
    List<Digest> subnets = finding.link().subnetIds();
    Peers peers;
    try {
      peers =
          Peers.join(
              finding.how(),
              finding.link().truth(),
              key,
              PeerRole.COMPUTE,
              subnets,
              Optional.empty(),
              settings.dataFolder());
    } catch (ClientException e) {
      node.close();
      throw e;
    }
    finding.validators().found(peers);
    peers.followGateways(
        subnets, (gateway, url) -> node.serve(dialer.apply(url), gateway), node::forget);
    var _ = node.exit().thenRunAsync(peers::close, task -> Thread.ofVirtual().start(task));
  }
}
