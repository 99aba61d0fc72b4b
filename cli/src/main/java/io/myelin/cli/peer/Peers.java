package io.myelin.cli.peer;

import io.myelin.chain.ChainClient;
import io.myelin.chain.rpc.ChainSettings;
import io.myelin.chain.rpc.RpcChainClient;
import io.myelin.cli.CommandException;
import io.myelin.cli.Version;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.standing.ChainStanding;
import io.myelin.discovery.Peer;
import io.myelin.discovery.PeerListener;
import io.myelin.discovery.PeerNetwork;
import io.myelin.discovery.PeerProfile;
import io.myelin.discovery.PeerSettings;
import io.myelin.discovery.PeerTimings;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.NetworkTag;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.ServiceAddress;
import io.myelin.protocol.peer.SubnetTag;
import io.myelin.protocol.peer.book.BookSettings;
import io.myelin.protocol.peer.store.StoreSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A node's place in the peer network. What it believes of others, it has from the chain. */
public final class Peers implements AutoCloseable {
  /** Announced more often than across the internet. */
  private static final PeerTimings QUICK =
      new PeerTimings(2_000, 5_000, 10_000, 30_000, 4_000, 250);

  private final ChainClient chain;
  private final NetworkContracts contracts;
  private final PeerNetwork network;

  private Peers(ChainClient chain, NetworkContracts contracts, PeerNetwork network) {
    this.chain = chain;
    this.contracts = contracts;
    this.network = network;
  }

  /**
   * The chain that tells who is staked.
   *
   * @param directory the contract that names all others
   */
  public record Truth(List<URI> rpc, long chainId, Address directory, long firstBlock) {
    /** Copies. */
    public Truth {
      rpc = List.copyOf(rpc);
    }
  }

  /**
   * Joins.
   *
   * @param subnetIds that it serves
   * @param service where it serves; empty for a node that only dials out
   * @param folder where it keeps whom it knows
   * @throws CommandException when the chain is not reached or the port is taken
   */
  public static Peers join(
      PeerLink how,
      Truth truth,
      OperatorKey key,
      PeerRole role,
      List<Digest> subnetIds,
      Optional<URI> service,
      Path folder) {
    ChainClient chain = null;
    boolean whole = false;
    try {
      chain = RpcChainClient.connect(ChainSettings.of(truth.chainId(), truth.rpc()));
      NetworkContracts contracts = NetworkContracts.at(chain, truth.directory());
      PeerSettings settings =
          PeerSettings.of(
                  NetworkTag.of(truth.chainId(), truth.directory()),
                  how.host(),
                  how.udpPort(),
                  how.bootstrap(),
                  how.addresses())
              .inFolder(folder.resolve("peers"))
              .following(followed(role));
      if (how.advertised().isPresent()) {
        settings = settings.advertising(how.advertised().get());
      }
      if (how.quick()) {
        settings = settings.timed(QUICK, BookSettings.DEFAULT, StoreSettings.DEFAULT);
      }
      PeerProfile self =
          new PeerProfile(
              role,
              subnetIds,
              service.map(url -> ServiceAddress.parse(url.toString())),
              Version.current());
      PeerNetwork network =
          PeerNetwork.start(
              settings,
              key,
              self,
              new ChainStanding(chain, contracts, truth.firstBlock()),
              InstantSource.system(),
              new SecureRandom());
      whole = true;
      return new Peers(chain, contracts, network);
    } catch (IOException | RuntimeException e) {
      throw new CommandException("the peer network: " + e.getMessage(), e);
    } finally {
      if (!whole && chain != null) {
        chain.close();
      }
    }
  }

  /** Whom a node has to know: each role more costs it a lookup every few seconds. */
  private static Set<PeerRole> followed(PeerRole role) {
    return switch (role) {
      case REGISTRY -> Set.of(PeerRole.values());
      case GATEWAY -> Set.of(PeerRole.GATEWAY, PeerRole.VALIDATOR, PeerRole.REGISTRY);
      case COMPUTE -> Set.of(PeerRole.GATEWAY, PeerRole.VALIDATOR);
      case VALIDATOR -> Set.of();
    };
  }

  /** What others take as bootstrap record. */
  public String record() {
    return network.record();
  }

  /** The chain that is asked who is staked. */
  public ChainClient chain() {
    return chain;
  }

  /** The network's contracts. */
  public NetworkContracts contracts() {
    return contracts;
  }

  /** The network itself. */
  public PeerNetwork network() {
    return network;
  }

  /** Where validators answer that are staked and alive. */
  public List<URI> validators() {
    return network.peers(PeerRole.VALIDATOR, Optional.empty()).stream()
        .flatMap(peer -> peer.service().stream())
        .toList();
  }

  /** Where registry nodes answer that are alive. */
  public List<URI> registries() {
    return network.peers(PeerRole.REGISTRY, Optional.empty()).stream()
        .flatMap(peer -> peer.service().stream())
        .toList();
  }

  /** Gateways of a subnet that are staked and alive, by their addresses on chain. */
  public List<Address> gateways(Digest subnetId) {
    return network.peers(PeerRole.GATEWAY, Optional.of(subnetId)).stream()
        .map(Peer::operator)
        .toList();
  }

  /**
   * Tells of every gateway, once it is staked and alive, and when it is gone.
   *
   * @param subnetIds of these subnets only; none for all
   * @param came its address on chain, and where it serves; again when that changes
   */
  public void followGateways(
      List<Digest> subnetIds, BiConsumer<Address, URI> came, Consumer<Address> went) {
    Set<SubnetTag> wanted = subnetIds.stream().map(SubnetTag::of).collect(Collectors.toSet());
    // It ends with the network.
    var _ =
        network.listen(
            new PeerListener() {
              @Override
              public void came(Peer peer) {
                boolean serves =
                    wanted.isEmpty() || peer.subnets().stream().anyMatch(wanted::contains);
                if (peer.role() == PeerRole.GATEWAY && serves) {
                  peer.service().ifPresent(url -> came.accept(peer.operator(), url));
                }
              }

              @Override
              public void changed(Peer before, Peer now) {
                came(now);
              }

              @Override
              public void went(Peer peer) {
                if (peer.role() == PeerRole.GATEWAY) {
                  went.accept(peer.operator());
                }
              }
            });
  }

  @Override
  public void close() {
    network.close();
    chain.close();
  }
}
