package io.myelin.cli.subnet;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.cli.CommandException;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.subnet.SubnetName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Reads subnets: events say what there is, the contract how it stands. */
final class SubnetReader {
  private final ChainAccess network;

  SubnetReader(ChainAccess network) {
    this.network = network;
  }

  private static final class Seen {
    private final Set<String> models = new LinkedHashSet<>();
    private final Set<Address> gateways = new LinkedHashSet<>();
  }

  /** All, in the order they were created. */
  List<SubnetState> all() {
    List<SubnetState> states = new ArrayList<>();
    seen().forEach((id, one) -> states.add(state(id, one)));
    return states;
  }

  /**
   * One.
   *
   * @throws CommandException when there is none of this id
   */
  SubnetState one(Digest id) {
    Seen one = seen().get(id);
    if (one == null) {
      throw new CommandException(
          "there is no subnet 0x" + id + " on this chain: ./myelin subnet list shows all");
    }
    return state(id, one);
  }

  /**
   * The id that a user typed: 64 hex digits, or the name of a subnet.
   *
   * @param owner of a subnet that is named, when it has to be worked out
   */
  static Digest id(String text, Supplier<Address> owner) {
    String bare = text.startsWith("0x") ? text.substring(2) : text;
    if (bare.matches("[0-9a-fA-F]{64}")) {
      return Digest.parse(bare.toLowerCase(Locale.ROOT));
    }
    try {
      return ChainTerms.subnetId(owner.get(), new SubnetName(text).salt());
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(
          "SUBNET: " + e.getMessage() + ", or a subnet's id of 64 hex digits");
    }
  }

  private Map<Digest, Seen> seen() {
    SubnetRegistry registry = network.contracts().subnets();
    LogFilter filter =
        LogFilter.of(registry.address())
            .events(
                List.of(
                    SubnetRegistry.SubnetCreatedEvent.TYPE.topic(),
                    SubnetRegistry.ModelListedEvent.TYPE.topic(),
                    SubnetRegistry.GatewayAdmittedEvent.TYPE.topic()));
    BlockHeader head = network.chain().head();
    Map<Digest, Seen> found = new LinkedHashMap<>();
    for (EventLog log : network.logs(filter, network.firstBlock(head), head)) {
      switch (SubnetRegistry.event(log).orElse(null)) {
        case SubnetRegistry.SubnetCreatedEvent created -> found.put(created.subnetId(), new Seen());
        case SubnetRegistry.ModelListedEvent listed ->
            found.computeIfAbsent(listed.subnetId(), _ -> new Seen()).models.add(listed.model());
        case SubnetRegistry.GatewayAdmittedEvent admitted ->
            found
                .computeIfAbsent(admitted.subnetId(), _ -> new Seen())
                .gateways
                .add(admitted.gateway());
        case null, default -> {}
      }
    }
    return found;
  }

  private SubnetState state(Digest id, Seen one) {
    SubnetRegistry registry = network.contracts().subnets();
    SubnetRegistry.SubnetsAnswer subnet = registry.subnets(id).on(network.chain());
    List<SubnetState.Listed> models = new ArrayList<>();
    for (String model : one.models) {
      Digest modelId = SessionTail.modelIdOf(model);
      SubnetRegistry.Model listed = registry.modelOf(id, modelId).on(network.chain());
      SubnetRegistry.Price price =
          registry.priceOf(id, modelId, listed.priceVersion()).on(network.chain());
      models.add(
          new SubnetState.Listed(
              new PricedModel(model, price.inputWei(), price.outputWei()),
              listed.weightsDigest(),
              listed.priceVersion()));
    }
    List<SubnetState.Gateway> gateways = new ArrayList<>();
    for (Address gateway : one.gateways) {
      if (registry.admitted(id, gateway).on(network.chain())) {
        gateways.add(
            new SubnetState.Gateway(
                gateway,
                registry.gateways(gateway).on(network.chain()).owner(),
                registry.isReady(gateway).on(network.chain())));
      }
    }
    return new SubnetState(id, subnet.owner(), subnet.version(), models, gateways);
  }
}
