package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.Param;
import io.myelin.protocol.leader.Duty;
import java.util.List;

/** The set of each epoch is made. */
final class SetWatch implements Watch {
  private final ChainClient chain;
  private final NetworkContracts network;

  SetWatch(ChainClient chain, NetworkContracts network) {
    this.chain = chain;
    this.network = network;
  }

  @Override
  public List<Due> due(long nowMillis) {
    ValidatorRegistry validators = network.validators();
    long version = validators.setVersion().on(chain);
    if (version == 0) {
      return List.of();
    }
    long since = validators.madeAt(version).on(chain);
    long epochSeconds = Param.EPOCH_SECONDS.of(network, chain).longValueExact();
    Duty duty = new Duty("make-set/" + (version + 1), (since + epochSeconds) * 1_000);
    return nowMillis < duty.dueAtMillis()
        ? List.of()
        : List.of(new Due(duty, () -> List.of(validators.makeSet())));
  }
}
