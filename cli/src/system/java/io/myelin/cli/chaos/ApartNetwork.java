package io.myelin.cli.chaos;

import io.myelin.chain.local.LocalChain;
import io.myelin.chain.local.LocalChainSettings;
import io.myelin.cli.devnet.genesis.Roster;
import io.myelin.cli.node.ChainLink;
import io.myelin.cli.node.ComputeHost;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.node.RegistryHost;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.WordEngine;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.compute.ComputeNode;
import io.myelin.compute.ComputeNodeSettings;
import io.myelin.protocol.ids.Address;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A network whose registry node, validators and gateway are machines of their own and find each
 * other by one record. The chain, the compute nodes and the clients are on this machine.
 */
final class ApartNetwork implements AutoCloseable {
  static final String REGISTRY = "registry";
  static final String GATEWAY = "gateway";
  static final int VALIDATORS = 5;

  private static final int NODES = 2;
  private static final int SLOTS = 64;
  private static final int REGISTRY_PORT = 50_050;
  private static final int VALIDATOR_PORT = 8_600;
  private static final int GATEWAY_PORT = 8_080;

  private final Path folder;
  private final Wires wires;
  private final Roster roster;
  private final ChainLink near;
  private final ChainLink far;
  private final LocalChain chain;
  private final Relay relay;
  private final WordEngine engine = new WordEngine(SLOTS * NODES);
  private final Map<String, Supervised> machines = new HashMap<>();
  private final List<ComputeNode> nodes = new ArrayList<>();
  private final Path record;

  private ApartNetwork(
      Path folder, Wires wires, Roster roster, ChainLink near, LocalChain chain, Relay relay) {
    this.folder = folder;
    this.wires = wires;
    this.roster = roster;
    this.near = near;
    this.far =
        new ChainLink(
            List.of(URI.create("http://" + Wires.HERE_TOO + ":" + near.rpc().getFirst().getPort())),
            near.chainId(),
            near.directory(),
            near.subnetIds(),
            List.of(),
            0);
    this.chain = chain;
    this.relay = relay;
    this.record = folder.resolve("registry-1").resolve(RegistryHost.RECORD_FILE);
  }

  /** Returns when every machine answers and the nodes have joined. */
  static ApartNetwork start(Path folder) throws IOException, InterruptedException {
    Roster roster = ChaosGround.roster(folder, VALIDATORS, NODES);
    int port = ChaosGround.freePort();
    ChainLink link = ChaosGround.genesis(folder.resolve("chain"), roster, SLOTS, port);
    List<String> names = new ArrayList<>(List.of(REGISTRY, GATEWAY));
    names.addAll(validators(1, VALIDATORS));
    Wires wires = Wires.create(names);
    ApartNetwork network =
        new ApartNetwork(
            folder,
            wires,
            roster,
            link,
            LocalChain.start(
                LocalChainSettings.forgetful(EngineSource.root())
                    .keptIn(folder.resolve("chain"), port)),
            Relay.start(Wires.HERE_TOO, port));
    boolean whole = false;
    try {
      network.startMachine(REGISTRY, Supervised.Launch.PLAIN.environment());
      Await.until("the registry's record", () -> Files.exists(network.record));
      validators(1, VALIDATORS).forEach(name -> network.startMachine(name, Map.of()));
      network.startMachine(GATEWAY, Map.of());
      network.startNodes();
      network.awaitWhole();
      whole = true;
      return network;
    } finally {
      if (!whole) {
        network.close();
      }
    }
  }

  /** Names of the validators from one number to another. */
  static List<String> validators(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(number -> "validator-" + number).toList();
  }

  private void startMachine(String name, Map<String, String> environment) {
    String role = name.split("-")[0];
    int port =
        switch (role) {
          case REGISTRY -> REGISTRY_PORT;
          case GATEWAY -> GATEWAY_PORT;
          default -> VALIDATOR_PORT;
        };
    // The people's folders are numbered, also where there is one of a kind.
    Path data = folder.resolve(name.contains("-") ? name : name + "-1");
    String host = wires.address(name);
    List<String> arguments = ChaosGround.arguments(role, host, port, data, far);
    arguments.add("--allow-private");
    if (role.equals(GATEWAY)) {
      arguments.addAll(far.subnetArguments());
    }
    if (!role.equals(REGISTRY)) {
      arguments.addAll(List.of("--bootstrap", record.toString()));
    }
    machines.put(
        name,
        new Supervised(
            role,
            folder.resolve(name + ".log"),
            new InetSocketAddress(host, port),
            new Supervised.Launch(wires.on(name), environment),
            arguments,
            () -> {}));
  }

  private void startNodes() {
    for (int number = 1; number <= NODES; number++) {
      nodes.add(
          ComputeHost.start(
              ComputeNodeSettings.of(folder.resolve("compute-" + number), SLOTS)
                  .withDrainTimeout(Duration.ofSeconds(1))
                  .withDomain(near.domain()),
              roster.compute().get(number - 1).operator(),
              engine,
              url(),
              List.of(),
              Optional.empty()));
    }
  }

  /** Ends a machine's process and starts it with another environment. */
  void restart(String name, Map<String, String> environment) {
    Supervised before = machines.get(name);
    if (before != null) {
      before.close();
    }
    startMachine(name, environment);
  }

  /** Until every machine answers, and the gateway has its nodes and every validator. */
  void awaitWhole() throws InterruptedException {
    Await.until(
        "every machine answers", () -> machines.values().stream().allMatch(Supervised::isUp));
    try (GatewayClient http = new GatewayClient(new Endpoint(url(), ""))) {
      Await.until("the nodes join", () -> http.get("/api/v1/nodes").path("nodes").size() == NODES);
    }
  }

  /** No packet between these machines, or this one's chain, and those. */
  void apart(List<String> these, List<String> those) {
    these.forEach(name -> wires.cut(name, wires.addresses(those)));
  }

  /** These machines cannot reach the chain. */
  void withoutChain(List<String> these) {
    these.forEach(name -> wires.cut(name, List.of(Wires.HERE_TOO)));
  }

  Wires wires() {
    return wires;
  }

  LocalChain chain() {
    return chain;
  }

  /** The chain as this machine reaches it. */
  ChainLink link() {
    return near;
  }

  Roster roster() {
    return roster;
  }

  URI url() {
    return URI.create("http://" + wires.address(GATEWAY) + ":" + GATEWAY_PORT);
  }

  /** Where the registry node answers. */
  URI registryUrl() {
    return URI.create("http://" + wires.address(REGISTRY) + ":" + REGISTRY_PORT);
  }

  Address gateway() {
    return roster.gateways().getFirst().node();
  }

  @Override
  public void close() {
    nodes.forEach(ComputeNode::close);
    machines.values().forEach(Supervised::close);
    wires.close();
    try {
      relay.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } finally {
      chain.close();
      engine.close();
    }
  }
}
