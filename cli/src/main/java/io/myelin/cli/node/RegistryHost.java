package io.myelin.cli.node;

import io.myelin.chain.ChainException;
import io.myelin.cli.CommandException;
import io.myelin.cli.peer.PeerLink;
import io.myelin.cli.peer.Peers;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.registry.RegistryNode;
import io.myelin.registry.RegistrySettings;
import io.myelin.registry.mempool.MempoolNode;
import io.myelin.registry.mempool.MempoolSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Puts a registry node together: the peer network, and a gRPC server for those outside of it. */
public final class RegistryHost implements AutoCloseable {
  /** The file in its folder that others can take as bootstrap. */
  public static final String RECORD_FILE = "registry.enr";

  private final Peers peers;
  private final MempoolNode mempool;
  private final RegistryNode node;
  private final Address id;

  private RegistryHost(Peers peers, MempoolNode mempool, RegistryNode node, Address id) {
    this.peers = peers;
    this.mempool = mempool;
    this.node = node;
    this.id = id;
  }

  /**
   * Starts one; it answers when this returns.
   *
   * @param port of gRPC; 0 for any free one
   * @throws CommandException when the chain is not reached or a port is taken
   */
  public static RegistryHost start(
      Path folder, OperatorKey key, ChainLink link, PeerLink how, String host, int port) {
    Peers peers = null;
    MempoolNode mempool = null;
    boolean whole = false;
    try {
      // Before listening, since the record names it.
      int chosen = FreePort.chosen(host, port);
      String name = host.contains(":") ? "[" + host + "]" : host;
      peers =
          Peers.join(
              how,
              link.truth(),
              key,
              PeerRole.REGISTRY,
              List.of(),
              Optional.of(how.reached(URI.create("http://" + name + ":" + chosen))),
              folder);
      Peers found = peers;
      mempool =
          MempoolNode.start(
              MempoolSettings.of(link.domain()),
              new RegistryChain(peers.chain(), peers.contracts()),
              found::registries,
              InstantSource.system());
      RegistryNode node =
          RegistryNode.start(
              RegistrySettings.of(host, chosen, key.address(), link.chainId(), link.directory()),
              peers.network(),
              new RegistrySubnets(
                  peers.chain(), peers.contracts().subnets(), link.firstBlock(), System::nanoTime),
              mempool);
      Files.writeString(folder.resolve(RECORD_FILE), peers.record() + "\n");
      whole = true;
      return new RegistryHost(peers, mempool, node, key.address());
    } catch (IOException | ChainException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    } finally {
      if (!whole && mempool != null) {
        mempool.close();
      }
      if (!whole && peers != null) {
        peers.close();
      }
    }
  }

  /** Its key's address. */
  public Address id() {
    return id;
  }

  /** Where it answers over gRPC. */
  public URI url() {
    return node.url();
  }

  /** What others join by. */
  public String record() {
    return peers.record();
  }

  @Override
  public void close() {
    node.close();
    mempool.close();
    peers.close();
  }
}
