package io.myelin.cli.chaos;

import io.myelin.cli.devnet.genesis.DevnetChain;
import io.myelin.cli.devnet.genesis.Person;
import io.myelin.cli.devnet.genesis.Roster;
import io.myelin.cli.devnet.genesis.SubnetPlan;
import io.myelin.cli.node.ChainLink;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.node.KeyFile;
import io.myelin.cli.testing.WordEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a network of processes begins with: its people, on a chain that has all of its contracts.
 */
final class ChaosGround {
  private ChaosGround() {}

  /** Keys of everybody, in folders that processes take for their own. */
  static Roster roster(Path folder, int validators, int nodes) {
    return new Roster(
        KeyFile.loadOrCreate(folder.resolve("admin.key")),
        KeyFile.loadOrCreate(folder.resolve("treasury.key")),
        people(folder, "gateway", 1),
        people(folder, "compute", nodes),
        people(folder, "validator", validators),
        KeyFile.loadOrCreate(folder.resolve("client.key")));
  }

  private static List<Person> people(Path folder, String kind, int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(number -> Person.of(folder, kind, number, folder.resolve(kind + "-" + number)))
        .toList();
  }

  /**
   * Everybody is on chain; then the chain ends, to be started again from its folder.
   *
   * @param slots of each compute node
   * @param port where it will be
   */
  static ChainLink genesis(Path folder, Roster roster, int slots, int port) {
    try (DevnetChain ground =
        DevnetChain.start(
            EngineSource.root(),
            folder,
            false,
            roster,
            List.of(SubnetPlan.one(WordEngine.MODEL)),
            slots)) {
      return new ChainLink(
          List.of(URI.create("http://127.0.0.1:" + port)),
          ground.network().chainId(),
          ground.network().directory().address(),
          List.of(ground.subnetId()),
          List.of(),
          0);
    }
  }

  /** What every node's process is told. */
  static List<String> arguments(String role, String host, int port, Path folder, ChainLink link) {
    return new ArrayList<>(
        List.of(
            role,
            "--child",
            "--host",
            host,
            "--port",
            Integer.toString(port),
            "--data",
            folder.toString(),
            "--rpc",
            link.rpc().getFirst().toString(),
            "--chain-id",
            Long.toString(link.chainId()),
            "--directory",
            link.directory().toString()));
  }

  static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
