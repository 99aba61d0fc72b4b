package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.committee.Absences;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.leader.Duty;
import io.myelin.protocol.typeddata.AbsenceVerdict;
import java.util.List;

/** Who is silent is benched: the leader of each window calls the roll. */
final class RollCallWatch implements Watch {
  /** Verdicts that are asked for in one look; the next look goes on. */
  private static final int MOST = 4;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final Absences absences;
  private final Address operator;

  /** For the validator with this key. */
  RollCallWatch(ChainClient chain, NetworkContracts network, Absences absences, Address operator) {
    this.chain = chain;
    this.network = network;
    this.absences = absences;
    this.operator = operator;
  }

  /** Windows are the contract's, so they are told by its clock alone. */
  @Override
  public List<Due> due(long nowMillis) {
    long window = AbsenceVerdict.windowOf(chain.head().timestampSeconds());
    Duty duty = new Duty("roll-call/" + window, window * AbsenceVerdict.WINDOW_SECONDS * 1_000);
    return List.of(
        new Due(
            duty,
            () -> {
              Address self = network.validators().ownerOf(operator).on(chain);
              return absences.take(self, _ -> true, MOST).stream()
                  .map(Absences.Bench::write)
                  .toList();
            }));
  }
}
