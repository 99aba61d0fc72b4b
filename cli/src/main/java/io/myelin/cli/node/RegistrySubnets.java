package io.myelin.cli.node;

import com.google.protobuf.ByteString;
import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.registry.SubnetList;
import io.myelin.v1.OfferedModel;
import io.myelin.v1.SubnetInfo;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** The chain's subnets for who asks a registry node; read again after some seconds. */
final class RegistrySubnets implements SubnetList {
  private static final long KEPT_NANOS = 5_000_000_000L;

  /** Anybody can make subnets; one node tells of so many. */
  private static final int MOST_SUBNETS = 1_024;

  private final ChainClient chain;
  private final SubnetRegistry registry;
  private final long firstBlock;
  private final LongSupplier nanos;
  private List<SubnetInfo> last = List.of();
  private long readNanos;
  private boolean read;

  RegistrySubnets(ChainClient chain, SubnetRegistry registry, long firstBlock, LongSupplier nanos) {
    this.chain = chain;
    this.registry = registry;
    this.firstBlock = firstBlock;
    this.nanos = nanos;
  }

  private record Seen(Set<String> models, Set<Address> gateways) {}

  @Override
  public synchronized List<SubnetInfo> all() {
    if (!read || nanos.getAsLong() - readNanos > KEPT_NANOS) {
      List<SubnetInfo> all = new ArrayList<>();
      seen().forEach((id, one) -> all.add(info(id, one)));
      last = List.copyOf(all);
      readNanos = nanos.getAsLong();
      read = true;
    }
    return last;
  }

  private Map<Digest, Seen> seen() {
    LogFilter filter =
        LogFilter.of(registry.address())
            .events(
                List.of(
                    SubnetRegistry.SubnetCreatedEvent.TYPE.topic(),
                    SubnetRegistry.ModelListedEvent.TYPE.topic(),
                    SubnetRegistry.GatewayAdmittedEvent.TYPE.topic()));
    Map<Digest, Seen> found = new LinkedHashMap<>();
    for (EventLog log : LogRanges.read(chain, filter, firstBlock, chain.head().number())) {
      switch (SubnetRegistry.event(log).orElse(null)) {
        case SubnetRegistry.SubnetCreatedEvent created -> {
          if (found.size() < MOST_SUBNETS) {
            found.put(created.subnetId(), new Seen(new LinkedHashSet<>(), new LinkedHashSet<>()));
          }
        }
        case SubnetRegistry.ModelListedEvent listed -> {
          Seen subnet = found.get(listed.subnetId());
          if (subnet != null) {
            subnet.models().add(listed.model());
          }
        }
        case SubnetRegistry.GatewayAdmittedEvent admitted -> {
          Seen subnet = found.get(admitted.subnetId());
          if (subnet != null) {
            subnet.gateways().add(admitted.gateway());
          }
        }
        case null, default -> {}
      }
    }
    return found;
  }

  private SubnetInfo info(Digest id, Seen one) {
    SubnetInfo.Builder info =
        SubnetInfo.newBuilder()
            .setSubnetId(bytes(id.bytes()))
            .setOwner(bytes(registry.subnets(id).on(chain).owner().bytes()));
    for (String model : one.models()) {
      Digest modelId = SessionTail.modelIdOf(model);
      SubnetRegistry.Model listed = registry.modelOf(id, modelId).on(chain);
      SubnetRegistry.Price price = registry.priceOf(id, modelId, listed.priceVersion()).on(chain);
      info.addModels(
          OfferedModel.newBuilder()
              .setId(model)
              .setWeightsDigest(bytes(listed.weightsDigest().bytes()))
              .setPriceVersion(listed.priceVersion())
              .setInputWei(wei(price.inputWei()))
              .setOutputWei(wei(price.outputWei())));
    }
    for (Address gateway : one.gateways()) {
      if (registry.admitted(id, gateway).on(chain) && registry.isReady(gateway).on(chain)) {
        info.addGateways(bytes(gateway.bytes()));
      }
    }
    return info.build();
  }

  private static ByteString bytes(byte[] value) {
    return ByteString.copyFrom(value);
  }

  private static ByteString wei(BigInteger value) {
    byte[] signed = value.toByteArray();
    int skip = signed[0] == 0 ? 1 : 0;
    return ByteString.copyFrom(signed, skip, signed.length - skip);
  }
}
