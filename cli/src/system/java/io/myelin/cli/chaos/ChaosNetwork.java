package io.myelin.cli.chaos;

import io.myelin.chain.local.LocalChainSettings;
import io.myelin.cli.devnet.genesis.Roster;
import io.myelin.cli.node.ChainLink;
import io.myelin.cli.node.ComputeHost;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.WordEngine;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.compute.ComputeNode;
import io.myelin.compute.ComputeNodeSettings;
import io.myelin.protocol.ids.Address;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A chain, validators and a gateway as processes, each at the same port for all of its lives, and
 * compute nodes in this process, which nobody kills here.
 */
final class ChaosNetwork implements AutoCloseable {
  private static final int VALIDATORS = 3;
  private static final int NODES = 2;

  /** Sessions hold slots until they end, and some are left to themselves. */
  private static final int SLOTS = 1_024;

  private final Path folder;
  private final Roster roster;
  private final ChainLink link;
  private final ChaosChain chain;
  private final List<Supervised> validators;
  private final Supervised gateway;
  private final URI url;
  private final WordEngine engine;
  private final List<ComputeNode> nodes = new ArrayList<>();

  private ChaosNetwork(
      Path folder,
      Roster roster,
      ChainLink link,
      ChaosChain chain,
      List<Supervised> validators,
      Supervised gateway,
      URI url,
      WordEngine engine) {
    this.folder = folder;
    this.roster = roster;
    this.link = link;
    this.chain = chain;
    this.validators = validators;
    this.gateway = gateway;
    this.url = url;
    this.engine = engine;
  }

  /** Returns when every node has joined. */
  static ChaosNetwork start(Path folder) throws InterruptedException, IOException {
    Roster roster = ChaosGround.roster(folder, VALIDATORS, NODES);
    int rpcPort = ChaosGround.freePort();
    ChainLink link = ChaosGround.genesis(folder.resolve("chain"), roster, SLOTS, rpcPort);
    ChaosChain chain =
        new ChaosChain(
            LocalChainSettings.forgetful(EngineSource.root())
                .keptIn(folder.resolve("chain"), rpcPort),
            folder.resolve("chain"));
    List<Supervised> validators = new ArrayList<>();
    List<URI> committee = new ArrayList<>();
    for (int number = 1; number <= VALIDATORS; number++) {
      int port = ChaosGround.freePort();
      committee.add(URI.create("http://127.0.0.1:" + port));
      validators.add(
          new Supervised(
              "validator",
              folder.resolve("validator-" + number + ".log"),
              port,
              ChaosGround.arguments(
                  "validator", "127.0.0.1", port, folder.resolve("validator-" + number), link),
              new Promises(folder.resolve("validator-" + number))::look));
    }
    int port = ChaosGround.freePort();
    List<String> arguments =
        ChaosGround.arguments("gateway", "127.0.0.1", port, folder.resolve("gateway-1"), link);
    arguments.addAll(link.subnetArguments());
    committee.forEach(validator -> arguments.addAll(List.of("--validator", validator.toString())));
    ChaosNetwork network =
        new ChaosNetwork(
            folder,
            roster,
            link,
            chain,
            validators,
            new Supervised("gateway", folder.resolve("gateway.log"), port, arguments, () -> {}),
            URI.create("http://127.0.0.1:" + port),
            new WordEngine(SLOTS * NODES));
    for (int number = 1; number <= NODES; number++) {
      network.nodes.add(
          ComputeHost.start(
              ComputeNodeSettings.of(folder.resolve("compute-" + number), SLOTS)
                  .withDrainTimeout(Duration.ofSeconds(1))
                  .withDomain(link.domain()),
              roster.compute().get(number - 1).operator(),
              network.engine,
              network.url,
              List.of(),
              Optional.empty()));
    }
    network.awaitWhole();
    return network;
  }

  /** Until everything runs and both nodes are with the gateway. */
  void awaitWhole() throws InterruptedException {
    Await.until("every process answers", () -> victims().stream().allMatch(Victim::isUp));
    try (GatewayClient http = new GatewayClient(new Endpoint(url, ""))) {
      Await.until("the nodes join", () -> http.get("/api/v1/nodes").path("nodes").size() == NODES);
    }
  }

  List<Victim> victims() {
    List<Victim> all = new ArrayList<>(validators);
    all.add(chain);
    all.add(gateway);
    return all;
  }

  ChaosChain chain() {
    return chain;
  }

  Supervised gatewayProcess() {
    return gateway;
  }

  /** How often processes ended that nobody had killed. */
  int ownEnds() {
    return gateway.ownEnds() + validators.stream().mapToInt(Supervised::ownEnds).sum();
  }

  ChainLink link() {
    return link;
  }

  Roster roster() {
    return roster;
  }

  URI url() {
    return url;
  }

  Address gateway() {
    return roster.gateways().getFirst().node();
  }

  /** Where the gateway keeps its journal and its intents. */
  Path gatewayFolder() {
    return folder.resolve("gateway-1");
  }

  /** Where the validators keep what they signed. */
  List<Path> validatorFolders() {
    return IntStream.rangeClosed(1, VALIDATORS)
        .mapToObj(number -> folder.resolve("validator-" + number))
        .toList();
  }

  @Override
  public void close() {
    nodes.forEach(ComputeNode::close);
    gateway.close();
    validators.forEach(Supervised::close);
    chain.close();
    engine.close();
  }
}
