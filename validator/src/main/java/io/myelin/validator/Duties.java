package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.committee.Absences;
import io.myelin.committee.RoundCalls;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.OperatorKey;
import java.util.List;

/** What {@link Leadership} looks after. */
public final class Duties {
  /** With one more for the validator's own seat. */
  static final int MOST_LANES = 3;

  private final List<List<Watch>> lanes;

  Duties(List<List<Watch>> lanes) {
    this.lanes = List.copyOf(lanes);
  }

  /**
   * All of them.
   *
   * @param key the validator's
   * @param firstBlock no event of the network's contracts is older
   * @param absences by which it has silent validators benched
   * @param node the validator itself, for what it knows of cognitive rounds
   * @param rounds by which it asks their committees
   */
  public static Duties all(
      ChainClient chain,
      NetworkContracts network,
      long firstBlock,
      OperatorKey key,
      Absences absences,
      ValidatorNode node,
      RoundCalls rounds) {
    node.rounds().readFrom(rounds);
    return new Duties(
        List.of(
            List.of(
                new SetWatch(chain, network),
                new RollCallWatch(chain, network, absences, key.address()),
                new SessionWatch(chain, network, firstBlock),
                new QueueWatch(chain, network, firstBlock),
                new CutWatch(chain, network, firstBlock)),
            // It may wait a minute for its committee.
            List.of(new RoundWatch(chain, network, node.rounds(), rounds))));
  }

  /** Kinds that are looked after one after the other, each list by itself. */
  List<List<Watch>> lanes() {
    return lanes;
  }
}
