package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.leader.Duty;
import io.myelin.protocol.settlement.FraudCut;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What verdicts of fraud cut from stakes, and nobody appealed or decided in time: it is ended,
 * though nobody asked. Who is paid by it has a while to do it first.
 */
final class CutWatch implements Watch {
  /** How long those who are paid have to ask for it themselves. */
  static final Duration OWN = Duration.ofMinutes(10);

  private static final int MOST_DUE = 32;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final LogTail events;
  private final Set<Key> open = new LinkedHashSet<>();
  private final Retries retries = new Retries();

  private record Key(Address node, Digest evidence) {}

  /** Of a network none of whose events is older than this block. */
  CutWatch(ChainClient chain, NetworkContracts network, long firstBlock) {
    this.chain = chain;
    this.network = network;
    this.events =
        new LogTail(
            chain,
            new LogFilter(
                List.of(network.nodes().address()),
                List.of(List.of(NodePool.CutLockedEvent.TYPE.topic()))),
            firstBlock);
  }

  @Override
  public List<Due> due(long nowMillis) {
    // Blocks are read again, and what is ended comes back with them: the chain says so each time.
    for (EventLog log : events.next()) {
      if (NodePool.event(log).orElse(null) instanceof NodePool.CutLockedEvent locked) {
        open.add(new Key(locked.node(), locked.evidenceDigest()));
      }
    }
    List<Due> all = new ArrayList<>();
    for (Key key : List.copyOf(open)) {
      FraudCut cut = cut(key);
      if (!cut.phase().isOpen()) {
        open.remove(key);
        continue;
      }
      OptionalLong until = cut.openUntil(network.validators().madeAt(cut.judgedBy()).on(chain));
      if (until.isEmpty()) {
        continue;
      }
      Duty duty =
          new Duty(
              "cut/" + key.node() + "/" + key.evidence(),
              (until.getAsLong() + OWN.toSeconds()) * 1_000);
      if (duty.dueAtMillis() <= nowMillis && retries.mayTry(duty, nowMillis)) {
        all.add(new Due(duty, () -> end(duty, key, nowMillis)));
      }
    }
    return all.stream()
        .sorted(Comparator.comparingLong(due -> due.duty().dueAtMillis()))
        .limit(MOST_DUE)
        .toList();
  }

  private FraudCut cut(Key key) {
    NodePool.Cut cut = network.nodes().cutOf(key.node(), key.evidence()).on(chain);
    return new FraudCut(
        FraudCut.Phase.of(cut.phase()),
        cut.stakedWei().add(cut.unbondingWei()),
        cut.since(),
        cut.judgedBy());
  }

  private List<ContractWrite> end(Duty duty, Key key, long nowMillis) {
    retries.tries(duty, nowMillis);
    return List.of(network.nodes().finalizeCut(key.node(), key.evidence()));
  }
}
