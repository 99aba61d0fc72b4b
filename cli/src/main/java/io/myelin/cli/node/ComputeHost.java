package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import io.myelin.compute.ComputeNode;
import io.myelin.compute.ComputeNodeSettings;
import io.myelin.compute.fault.Fault;
import io.myelin.compute.fault.NodeFaults;
import io.myelin.compute.link.GrpcDialer;
import io.myelin.compute.task.KeyCommitSigner;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.crypto.OperatorKey;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
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
    AtomicReference<@Nullable ComputeNode> started = new AtomicReference<>();
    Runnable end =
        crash.orElse(
            () -> {
              ComputeNode node = started.get();
              if (node != null) {
                node.abort("crashed on purpose");
              }
            });
    NodeFaults wrapped = new NodeFaults(faults, end);
    SecureRandom random = new SecureRandom();
    InstantSource clock = InstantSource.system();
    try {
      ComputeNode node =
          ComputeNode.start(
              settings,
              key,
              wrapped.engine(engine),
              wrapped.signer(new KeyCommitSigner(key, settings.domain(), random, clock)),
              gateways.stream().map(url -> wrapped.dialer(new GrpcDialer(url))).toList(),
              clock,
              random);
      started.set(node);
      return node;
    } catch (IOException e) {
      throw new CommandException("compute node " + key.address() + ": " + e.getMessage(), e);
    }
  }
}
