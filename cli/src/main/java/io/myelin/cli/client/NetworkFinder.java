package io.myelin.cli.client;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.StatusRuntimeException;
import io.myelin.cli.CommandException;
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
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Finds the gateways of a network for somebody outside of it, who has the record of one of its
 * nodes. Every gateway's own signed record is checked; that it is staked its registry node says,
 * and the contracts see to it before they take any money.
 */
public final class NetworkFinder {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration CONNECT = Duration.ofSeconds(3);

  private NetworkFinder() {}

  /**
   * The gateways, in the order the network tells them.
   *
   * @param records {@code enr:…} of registry nodes or gateways; the first that answers is enough
   * @throws CommandException when none answers, or there is no gateway
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
    throw new CommandException("no gateway is found: " + String.join("; ", failures));
  }

  /**
   * Registry nodes: those that are named, and those that they tell of.
   *
   * @param records {@code enr:…} of registry nodes
   * @throws CommandException when none of them is a registry node's
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
      throw new CommandException("none of the records is a registry node's");
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
      throw CommandException.usage("--network: " + e.getMessage());
    }
  }

  private static AddressPolicy reach(IpAddress own) {
    boolean loopback = AddressRules.refusal(own, new AddressPolicy(false, true)).isPresent();
    boolean site = AddressRules.refusal(own, new AddressPolicy(true, false)).isPresent();
    return new AddressPolicy(loopback, site);
  }

  private static List<URI> ask(URI registry, PeerRecord by, AddressPolicy policy, PeerRole role) {
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
              .discover(
                  DiscoverRequest.newBuilder()
                      .setRole(
                          role == PeerRole.GATEWAY
                              ? io.myelin.v1.PeerRole.PEER_ROLE_GATEWAY
                              : io.myelin.v1.PeerRole.PEER_ROLE_REGISTRY)
                      .build());
      List<URI> found = new ArrayList<>();
      while (answers.hasNext()) {
        serving(answers.next(), by, policy, role).ifPresent(found::add);
      }
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
