package io.myelin.validator;

import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.NodeVerdict;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which work committees found to be a lie, and none overturned, as the chain has it. Thread-safe.
 */
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
                List.of(
                    List.of(
                        NodePool.JudgedEvent.TYPE.topic(),
                        NodePool.AppealDecidedEvent.TYPE.topic()))),
            view.firstBlock());
  }

  /**
   * Reads what came since.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  synchronized void refresh() {
    for (EventLog log : tail.next()) {
      NodePool.Event event = NodePool.event(log).orElse(null);
      if (event instanceof NodePool.JudgedEvent judged && judged.verdict() == NodeVerdict.FRAUD) {
        works.add(judged.evidenceDigest());
      } else if (event instanceof NodePool.AppealDecidedEvent decided && decided.overturned()) {
        works.remove(decided.evidenceDigest());
      }
    }
    while (works.size() > MOST_REMEMBERED) {
      works.remove(works.iterator().next());
    }
  }

  /** Whether a committee found this work to be a lie, and no other overturned that. */
  synchronized boolean has(Digest work) {
    return works.contains(work);
  }
}
