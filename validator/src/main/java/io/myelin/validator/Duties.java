package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.committee.Absences;
import io.myelin.committee.RoundCalls;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.OperatorKey;
import java.util.List;

/** What {@link Leadership} looks after. */
public final class Duties {
  private final List<Watch> watches;

  private Duties(List<Watch> watches) {
    this.watches = List.copyOf(watches);
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
    return new Duties(
        List.of(
            new SetWatch(chain, network),
            new RollCallWatch(chain, network, absences, key.address()),
            new RoundWatch(chain, network, node.rounds(), rounds),
            new SessionWatch(chain, network, firstBlock),
            new QueueWatch(chain, network, firstBlock),
            new CutWatch(chain, network, firstBlock)));
  }

  List<Watch> watches() {
    return watches;
  }
}
