package io.myelin.client;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.StatusRuntimeException;
import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.RevertedException;
import io.myelin.chain.abi.AbiException;
import io.myelin.chain.rpc.ChainSettings;
import io.myelin.chain.rpc.RawRpc;
import io.myelin.chain.rpc.RpcChainClient;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.standing.AnnouncedGateways;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.peer.AddressPolicy;
import io.myelin.protocol.peer.AddressRules;
import io.myelin.protocol.peer.IpAddress;
import io.myelin.protocol.peer.PeerEndpoint;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.RecordFormatException;
import io.myelin.protocol.peer.ServiceAddress;
import io.myelin.v1.DiscoverRequest;
import io.myelin.v1.PeerInfo;
import io.myelin.v1.RegistryGrpc.RegistryBlockingStub;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Finds the gateways of a network for somebody outside of it, who has the record of one of its
 * nodes, or knows its contracts. Every gateway's own signed record is checked; that it is staked
 * its registry node says, and the contracts see to it before they take any money.
 */
public final class NetworkFinder {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration CONNECT = Duration.ofSeconds(3);

  private NetworkFinder() {}

  /**
   * The gateways, in the order the network tells them.
   *
   * @param records {@code enr:…} of registry nodes or gateways; the first that answers is enough
   * @throws ClientException when none answers, or there is no gateway
   */
  public static List<URI> gateways(List<String> records) {
    List<String> failures = new ArrayList<>();
    for (String text : records) {
      PeerRecord record = parsed(text);
      // Who typed the record of a node of this machine, or of this site, wants to go there.
      AddressPolicy policy = reach(record.claim().ip());
      Optional<URI> service = service(record, policy);
      if (service.isEmpty()) {
        failures.add("the record's node serves nobody: take that of a registry node");
      } else if (record.claim().role() == PeerRole.GATEWAY) {
        return List.of(service.get());
      } else if (record.claim().role() == PeerRole.REGISTRY) {
        try {
          List<URI> found = ask(service.get(), record, policy, PeerRole.GATEWAY);
          if (!found.isEmpty()) {
            return found;
          }
          failures.add(service.get() + " knows no gateway now");
        } catch (StatusRuntimeException e) {
          failures.add(service.get() + " does not answer: " + e.getStatus().getCode());
        }
      } else {
        failures.add("the record is a " + label(record) + "'s: take that of a registry node");
      }
    }
    throw new ClientException("no gateway is found: " + String.join("; ", failures));
  }

  /**
   * The gateways that said on the chain where they are reached, the latest comers first. Their
   * bonds are the chain's word, their addresses their own.
   *
   * @throws ClientException when the chain does not answer, there is no network, or no gateway
   */
  public static List<URI> gateways(URI rpc, Address directory) {
    AddressPolicy policy = reach(rpc.getHost());
    List<PeerRecord> records;
    try (ChainClient chain = RpcChainClient.connect(ChainSettings.of(chainId(rpc), List.of(rpc)))) {
      records = AnnouncedGateways.read(chain, NetworkContracts.at(chain, directory));
    } catch (AbiException | RevertedException | IllegalArgumentException e) {
      throw new ClientException(
          "--network: there is no MyelinDirectory of this version at "
              + directory
              + " on that chain",
          e);
    } catch (ChainException e) {
      throw new ClientException("the chain at " + rpc.getHost() + ": " + e.getMessage(), e);
    }
    List<URI> found = records.stream().flatMap(record -> service(record, policy).stream()).toList();
    if (found.isEmpty()) {
      throw new ClientException(
          "no gateway of the network "
              + directory
              + " says on its chain where it is reached: use --network with the record, enr:...,"
              + " of a registry node, or --gateway");
    }
    return found;
  }

  /**
   * The validators, each as a registry node hands calls on to it. Nobody has to trust that node:
   * what validators say is signed.
   *
   * @param records {@code enr:…} of registry nodes; the first that answers is enough
   * @throws ClientException when none answers, or knows a validator
   */
  public static List<URI> validators(List<String> records) {
    List<String> failures = new ArrayList<>();
    for (String text : records) {
      PeerRecord record = parsed(text);
      Optional<URI> service = service(record, reach(record.claim().ip()));
      if (record.claim().role() != PeerRole.REGISTRY || service.isEmpty()) {
        failures.add("the record is no registry node's");
        continue;
      }
      URI registry = service.get();
      try {
        List<URI> found =
            discover(registry, io.myelin.v1.PeerRole.PEER_ROLE_VALIDATOR).stream()
                .map(told -> HexFormat.of().formatHex(told.getOperator().toByteArray()))
                .map(operator -> URI.create(registry + "/validators/0x" + operator + "/"))
                .toList();
        if (!found.isEmpty()) {
          return found;
        }
        failures.add(registry + " knows no validator now");
      } catch (StatusRuntimeException e) {
        failures.add(registry + " does not answer: " + e.getStatus().getCode());
      }
    }
    throw new ClientException("no validator is found: " + String.join("; ", failures));
  }

  /**
   * Records out of what a user gives as {@code --network}: one, or a file that holds some.
   *
   * @throws ClientException when it is neither
   */
  public static List<String> records(String text) {
    return Records.of(
        "--network", text, "a record, enr:..., a file that holds some, or 0x...@https://...");
  }

  /**
   * Registry nodes: those that are named, and those that they tell of.
   *
   * @param records {@code enr:…} of registry nodes
   * @throws ClientException when none of them is a registry node's
   */
  public static List<URI> registries(List<String> records) {
    Set<URI> found = new LinkedHashSet<>();
    for (String text : records) {
      PeerRecord record = parsed(text);
      AddressPolicy policy = reach(record.claim().ip());
      Optional<URI> service = service(record, policy);
      if (record.claim().role() == PeerRole.REGISTRY && service.isPresent()) {
        found.add(service.get());
        try {
          found.addAll(ask(service.get(), record, policy, PeerRole.REGISTRY));
        } catch (StatusRuntimeException e) {
          // The others may answer; who asks the mempool says so when nobody does.
        }
      }
    }
    if (found.isEmpty()) {
      throw new ClientException("none of the records is a registry node's");
    }
    return List.copyOf(found);
  }

  private static String label(PeerRecord record) {
    return record.claim().role() == PeerRole.VALIDATOR ? "validator" : "compute node";
  }

  private static PeerRecord parsed(String text) {
    try {
      return RecordCodec.parse(text);
    } catch (RecordFormatException e) {
      throw ClientException.wrongInput("--network: " + e.getMessage());
    }
  }

  private static long chainId(URI rpc) {
    try (RawRpc calls = new RawRpc(rpc, PATIENCE)) {
      return calls.chainId();
    } catch (RawRpc.CallFailedException | NumberFormatException e) {
      throw new ClientException(
          "no chain answers at " + rpc.getHost() + " (" + e.getMessage() + ")", e);
    }
  }

  /** Whoever uses a chain of this machine, or of this site, has gateways there. */
  private static AddressPolicy reach(String host) {
    return resolved(host.replaceAll("[\\[\\]]", ""))
        .map(NetworkFinder::reach)
        .orElse(AddressPolicy.PUBLIC);
  }

  private static AddressPolicy reach(IpAddress own) {
    boolean loopback = AddressRules.refusal(own, new AddressPolicy(false, true)).isPresent();
    boolean site = AddressRules.refusal(own, new AddressPolicy(true, false)).isPresent();
    return new AddressPolicy(loopback, site);
  }

  private static List<URI> ask(URI registry, PeerRecord by, AddressPolicy policy, PeerRole role) {
    return discover(
            registry,
            role == PeerRole.GATEWAY
                ? io.myelin.v1.PeerRole.PEER_ROLE_GATEWAY
                : io.myelin.v1.PeerRole.PEER_ROLE_REGISTRY)
        .stream()
        .flatMap(told -> serving(told, by, policy, role).stream())
        .toList();
  }

  private static List<PeerInfo> discover(URI registry, io.myelin.v1.PeerRole role) {
    ClientFactory factory = ClientFactory.builder().workerGroup(1).connectTimeout(CONNECT).build();
    try {
      RegistryBlockingStub calls =
          GrpcClients.builder("gproto+" + registry)
              .factory(factory)
              .responseTimeout(PATIENCE)
              .build(RegistryBlockingStub.class);
      Iterator<PeerInfo> answers =
          calls
              .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
              .discover(DiscoverRequest.newBuilder().setRole(role).build());
      List<PeerInfo> found = new ArrayList<>();
      answers.forEachRemaining(found::add);
      return found;
    } finally {
      var _ = factory.closeAsync();
    }
  }

  /** Where a node says itself that it serves; a registry node's word for it does not count. */
  private static Optional<URI> serving(
      PeerInfo told, PeerRecord by, AddressPolicy policy, PeerRole role) {
    try {
      PeerRecord record = RecordCodec.parse(told.getRecord());
      boolean fits =
          record.claim().role() == role && record.claim().network().equals(by.claim().network());
      return fits ? service(record, policy) : Optional.empty();
    } catch (RecordFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<URI> service(PeerRecord record, AddressPolicy policy) {
    if (record.claim().service().isEmpty()) {
      return Optional.empty();
    }
    ServiceAddress service = record.claim().service().get();
    Optional<IpAddress> ip = service.ip().or(() -> resolved(service.host()));
    return ip.filter(one -> AddressRules.refusal(one, service.port(), policy).isEmpty())
        .map(
            one ->
                service.scheme().equals("https")
                    // Its certificate is its name's, which nobody else has.
                    ? URI.create(service.toString())
                    : URI.create(new PeerEndpoint(service, one).pinned()));
  }

  private static Optional<IpAddress> resolved(String host) {
    try {
      return Optional.of(IpAddress.of(InetAddress.getByName(host).getAddress()));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
