package io.myelin.gateway.chain;

import io.myelin.gateway.hub.NodeAdmission;
import io.myelin.gateway.session.ChainPool;
import io.myelin.gateway.session.NodeReputation;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.ReputationWords;
import io.myelin.protocol.subnet.ListedModel;
import io.myelin.v1.Hello;
import io.myelin.v1.ServedModel;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Admits the nodes that their owners registered and staked on chain, with the slots declared there.
 */
public final class ChainNodeAdmission implements NodeAdmission {
  private static final Logger log = LoggerFactory.getLogger(ChainNodeAdmission.class);

  private final Supplier<ChainPool> pool;
  private final Function<String, List<Digest>> listed;

  /**
   * With pool and subnets as they were last seen.
   *
   * @param listed what the gateway's subnets list as weights of a model
   */
  public ChainNodeAdmission(Supplier<ChainPool> pool, Function<String, List<Digest>> listed) {
    this.pool = pool;
    this.listed = listed;
  }

  @Override
  public Verdict admit(Address operator, Hello hello) {
    ChainPool.Entry entry = pool.get().node(operator).orElse(null);
    if (entry == null) {
      return new Verdict.Refused(
          "not_registered",
          operator
              + " is not in the node pool (expected: an owner who registered and staked it;"
              + " ./myelin stake node add)",
          true);
    }
    if (entry.standing() == ChainPool.Standing.SUSPENDED) {
      return new Verdict.Refused("suspended", operator + " is " + suspended(operator), true);
    }
    if (entry.standing() == ChainPool.Standing.LEAVING) {
      return new Verdict.Refused(
          "leaving", operator + " was taken out of the pool by its owner", true);
    }
    if (hello.getSlots() > entry.slots()) {
      return new Verdict.Refused(
          "too_many_slots",
          "slots: "
              + hello.getSlots()
              + " (expected: at most "
              + entry.slots()
              + ", as its owner declared; ./myelin stake node slots)",
          true);
    }
    return weights(operator, hello);
  }

  /** Which verdict it was, and what its owner can do. */
  private String suspended(Address operator) {
    return pool.get()
        .reputation(operator)
        .flatMap(NodeReputation::suspension)
        .map(by -> ReputationWords.suspended(by) + ": " + ReputationWords.advice(by))
        .orElse("suspended by a verdict; ./myelin stake node show");
  }

  /**
   * A model with other weights than listed is not asked of the node; a node that has no other model
   * has nothing to do here, and is told.
   */
  private Verdict weights(Address operator, Hello hello) {
    String wrong = "";
    boolean useful = false;
    for (ServedModel model : hello.getModelsList()) {
      Digest served = Digest.of(model.getWeightsDigest().toByteArray());
      List<Digest> weights = listed.apply(model.getId());
      if (weights.isEmpty() || weights.stream().anyMatch(one -> ListedModel.allows(one, served))) {
        useful = true;
        continue;
      }
      wrong =
          "weights of %s: SHA-256 %s (expected: %s, as the subnet lists them; ./myelin subnet join)"
              .formatted(model.getId(), served, weights.getFirst());
      log.warn("node {}: {}; it is not asked for that model", operator, wrong);
    }
    return useful || wrong.isEmpty()
        ? new Verdict.Admitted()
        : new Verdict.Refused("wrong_weights", wrong, true);
  }
}
