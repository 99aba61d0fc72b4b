package io.myelin.validator;

import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.NodeVerdict;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Which work committees found to be a lie, as the chain has it. Thread-safe. */
final class Frauds {
  private static final int MOST_REMEMBERED = 65_536;

  private final LogTail tail;
  private final Set<Digest> works = new LinkedHashSet<>();

  Frauds(ChainView view) {
    this.tail =
        new LogTail(
            view.client(),
            new LogFilter(
                List.of(view.network().nodes().address()),
                List.of(List.of(NodePool.JudgedEvent.TYPE.topic()))),
            view.firstBlock());
  }

  /**
   * Reads what came since.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  synchronized void refresh() {
    for (EventLog log : tail.next()) {
      NodePool.event(log)
          .filter(NodePool.JudgedEvent.class::isInstance)
          .map(NodePool.JudgedEvent.class::cast)
          .filter(judged -> judged.verdict() == NodeVerdict.FRAUD)
          .ifPresent(judged -> works.add(judged.evidenceDigest()));
    }
    while (works.size() > MOST_REMEMBERED) {
      works.remove(works.iterator().next());
    }
  }

  /** Whether a committee judged this work. */
  synchronized boolean has(Digest work) {
    return works.contains(work);
  }
}
