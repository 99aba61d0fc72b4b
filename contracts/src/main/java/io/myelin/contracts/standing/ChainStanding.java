package io.myelin.contracts.standing;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.Param;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.PeerStanding;
import io.myelin.protocol.peer.SubnetTag;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Asks the contracts who is staked. Every question goes to the chain; whoever asks often remembers
 * the answers. Subnets are learned from the chain's events, each block once. Safe for many threads;
 * blocks for a bounded time.
 */
public final class ChainStanding implements PeerStanding {
  private static final long NOT_IN_POOL = 0;
  private static final long SUSPENDED = 3;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final Map<SubnetTag, Set<Digest>> subnets = new HashMap<>();
  private long nextBlock;

  /**
   * Of a network.
   *
   * @param firstBlock no event of the network is older
   */
  public ChainStanding(ChainClient chain, NetworkContracts network, long firstBlock) {
    this.chain = chain;
    this.network = network;
    this.nextBlock = firstBlock;
  }

  /**
   * {@inheritDoc}
   *
   * <p>A validator is active, not jailed, has this operator and the least stake. A gateway is
   * registered with its bond and admitted to each subnet. A compute node is in the pool and not
   * suspended; the chain does not tie it to a subnet. A registry needs nothing.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  @Override
  public boolean isStaked(PeerRole role, Address operator, Collection<SubnetTag> named) {
    return switch (role) {
      case VALIDATOR -> isValidator(operator);
      case GATEWAY -> isGateway(operator, named);
      case COMPUTE -> isNode(operator);
      case REGISTRY -> true;
    };
  }

  private boolean isValidator(Address operator) {
    ValidatorRegistry registry = network.validators();
    Address owner = registry.ownerOf(operator).on(chain);
    if (owner.isZero()) {
      return false;
    }
    ValidatorRegistry.Validator validator = registry.validatorOf(owner).on(chain);
    return SigningKey.of(validator, chain.head().timestampSeconds()).equals(Optional.of(operator))
        && registry
                .bondOf(owner)
                .on(chain)
                .stakedWei()
                .compareTo(Param.MIN_VALIDATOR_STAKE_WEI.of(network, chain))
            >= 0;
  }

  private boolean isGateway(Address operator, Collection<SubnetTag> named) {
    SubnetRegistry registry = network.subnets();
    if (!registry.isReady(operator).on(chain)) {
      return false;
    }
    for (SubnetTag tag : named) {
      if (subnetsOf(tag).stream().noneMatch(id -> registry.admitted(id, operator).on(chain))) {
        return false;
      }
    }
    return true;
  }

  private boolean isNode(Address operator) {
    NodePool.Node node = network.nodes().nodeOf(operator).on(chain);
    return node.standing() != NOT_IN_POOL && node.standing() != SUSPENDED;
  }

  /** The subnets of a tag: one, unless two ids begin alike. */
  private synchronized Set<Digest> subnetsOf(SubnetTag tag) {
    Set<Digest> known = subnets.get(tag);
    if (known == null) {
      learn();
      known = subnets.get(tag);
    }
    return known == null ? Set.of() : Set.copyOf(known);
  }

  private void learn() {
    long head = chain.head().number();
    LogFilter created =
        new LogFilter(
            List.of(network.subnets().address()),
            List.of(List.of(SubnetRegistry.SubnetCreatedEvent.TYPE.topic())));
    for (EventLog log : LogRanges.read(chain, created, nextBlock, head)) {
      if (SubnetRegistry.event(log).orElse(null)
          instanceof SubnetRegistry.SubnetCreatedEvent event) {
        subnets
            .computeIfAbsent(SubnetTag.of(event.subnetId()), t -> new HashSet<>())
            .add(event.subnetId());
      }
    }
    // The newest blocks are looked at again: they may not stay.
    nextBlock = Math.max(nextBlock, head - 64);
  }
}
