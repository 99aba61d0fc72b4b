package io.myelin.gateway.chain;

import io.myelin.chain.ChainClient;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.gateway.session.SessionChain;
import io.myelin.gateway.session.TokenPrice;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Every subnet of the chain: which models it lists, which gateways are ready for it. Events say
 * what there is to ask for, the contract how it stands. One thread at a time.
 */
final class SubnetBook {
  /** A bond that was slashed shows in no event that is read here; so long a gateway is believed. */
  private static final long ASK_AGAIN_SECONDS = 30;

  /** Anybody can make subnets; a book does not grow beyond what one gateway can read. */
  private static final int MOST_SUBNETS = 1_024;

  private static final int MOST_GATEWAYS = 64;

  private static final Comparator<Address> BY_TEXT = Comparator.comparing(Address::toString);

  private final ChainClient chain;
  private final SubnetRegistry registry;
  private final TreeMap<String, Known> known = new TreeMap<>();
  private boolean changed = true;
  private long askedAtSeconds;
  private List<Entry> entries = List.of();

  private record Known(Digest subnetId, Set<Digest> models, TreeSet<Address> gateways) {
    Known(Digest subnetId) {
      this(subnetId, new TreeSet<>(Comparator.comparing(Digest::hex)), new TreeSet<>(BY_TEXT));
    }
  }

  /**
   * A subnet as it stands.
   *
   * @param models ids as the contract has them
   * @param gateways admitted and ready, in the order of their addresses
   */
  record Entry(Digest subnetId, Set<Digest> models, List<Address> gateways) {
    Entry {
      models = Set.copyOf(models);
      gateways = List.copyOf(gateways);
    }
  }

  /** With the subnets that are in it whatever strangers create. */
  SubnetBook(ChainClient chain, SubnetRegistry registry, List<Digest> served) {
    this.chain = chain;
    this.registry = registry;
    served.forEach(id -> known.put(id.hex(), new Known(id)));
  }

  void note(SubnetRegistry.Event event) {
    switch (event) {
      case SubnetRegistry.ModelListedEvent listed -> {
        Known subnet = of(listed.subnetId());
        if (subnet != null) {
          changed |= subnet.models().add(listed.modelId());
        }
      }
      case SubnetRegistry.GatewayAdmittedEvent admitted -> {
        Known subnet = of(admitted.subnetId());
        if (subnet != null && subnet.gateways().size() < MOST_GATEWAYS) {
          subnet.gateways().add(admitted.gateway());
          changed = true;
        }
      }
      case SubnetRegistry.GatewayLeavingEvent _ -> changed = true;
      default -> {}
    }
  }

  private @Nullable Known of(Digest subnetId) {
    Known subnet = known.get(subnetId.hex());
    if (subnet == null && known.size() < MOST_SUBNETS) {
      subnet = new Known(subnetId);
      known.put(subnetId.hex(), subnet);
    }
    return subnet;
  }

  /** What a subnet offers, by the models' ids. */
  Map<Digest, SessionChain.Quote> quotes(Digest subnetId) {
    Map<Digest, SessionChain.Quote> quotes = new HashMap<>();
    Known subnet = of(subnetId);
    if (subnet == null) {
      return Map.of();
    }
    for (Digest model : subnet.models()) {
      SubnetRegistry.Model listed = registry.modelOf(subnetId, model).on(chain);
      if (listed.priceVersion() > 0) {
        SubnetRegistry.Price price =
            registry.priceOf(subnetId, model, listed.priceVersion()).on(chain);
        quotes.put(
            model,
            new SessionChain.Quote(
                subnetId,
                listed.priceVersion(),
                new TokenPrice(price.inputWei(), price.outputWei()),
                listed.weightsDigest()));
      }
    }
    return Map.copyOf(quotes);
  }

  /** All subnets, in the order of their ids. */
  List<Entry> entries(long nowSeconds) {
    if (changed || nowSeconds - askedAtSeconds >= ASK_AGAIN_SECONDS) {
      List<Entry> all = new ArrayList<>();
      for (Known subnet : known.values()) {
        List<Address> ready =
            subnet.gateways().stream().filter(gateway -> isReady(subnet, gateway)).toList();
        all.add(new Entry(subnet.subnetId(), subnet.models(), ready));
      }
      entries = List.copyOf(all);
      changed = false;
      askedAtSeconds = nowSeconds;
    }
    return entries;
  }

  private boolean isReady(Known subnet, Address gateway) {
    return registry.admitted(subnet.subnetId(), gateway).on(chain)
        && registry.isReady(gateway).on(chain);
  }
}
