package io.myelin.committee.opening;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.reputation.Suspension;
import io.myelin.protocol.typeddata.NodeVerdict;
import java.util.List;
import java.util.Optional;

/** By which verdict a node is kept out of the pool. */
public final class Suspensions {
  private static final int SUSPENDED = 2;

  private Suspensions() {}

  /**
   * The last verdict that suspended it; empty when there is none, or another reinstated it since.
   * Blocks.
   *
   * @param firstBlock no event of the network is older
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public static Optional<Suspension> last(
      ChainClient chain, NetworkContracts network, long firstBlock, Address node) {
    LogFilter filter =
        new LogFilter(
            List.of(network.nodes().address()),
            List.of(List.of(NodePool.JudgedEvent.TYPE.topic()), List.of(ChainTerms.word(node))));
    Optional<Suspension> last = Optional.empty();
    for (EventLog log : LogRanges.read(chain, filter, firstBlock, chain.head().number())) {
      if (!(NodePool.event(log).orElse(null) instanceof NodePool.JudgedEvent judged)) {
        continue;
      }
      if (judged.verdict() == NodeVerdict.REINSTATED) {
        last = Optional.empty();
      } else if (judged.verdict() == SUSPENDED || judged.verdict() == NodeVerdict.FRAUD) {
        last =
            chain
                .block(log.block().number())
                .map(
                    block ->
                        new Suspension(
                            judged.verdict() == NodeVerdict.FRAUD,
                            judged.evidenceDigest(),
                            block.timestampSeconds()));
      }
    }
    return last;
  }
}
