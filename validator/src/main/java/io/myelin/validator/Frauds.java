package io.myelin.validator;

import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.NodeVerdict;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which work committees found to be a lie, and none overturned, and which nodes are out for it, as
 * the chain has it. Thread-safe.
 */
final class Frauds {
  private static final int MOST_REMEMBERED = 65_536;

  private final LogTail tail;
  private final Map<Digest, Address> works = new LinkedHashMap<>();
  private final Set<Address> out = new LinkedHashSet<>();

  /** Held while the chain is read, which may take long: who asks what is known does not wait. */
  private final ReentrantLock reading = new ReentrantLock();

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
  void refresh() {
    reading.lock();
    try {
      apply(tail.next());
    } finally {
      reading.unlock();
    }
  }

  private synchronized void apply(List<EventLog> logs) {
    for (EventLog log : logs) {
      NodePool.Event event = NodePool.event(log).orElse(null);
      if (event instanceof NodePool.JudgedEvent judged) {
        if (judged.verdict() == NodeVerdict.FRAUD) {
          works.put(judged.evidenceDigest(), judged.node());
          out.add(judged.node());
        } else {
          // A node that is suspended is judged again only to be reinstated.
          out.remove(judged.node());
        }
      } else if (event instanceof NodePool.AppealDecidedEvent decided && decided.overturned()) {
        works.remove(decided.evidenceDigest());
        if (!works.containsValue(decided.node())) {
          out.remove(decided.node());
        }
      }
    }
    trim(works.keySet());
    trim(out);
  }

  private static void trim(Set<?> all) {
    while (all.size() > MOST_REMEMBERED) {
      all.remove(all.iterator().next());
    }
  }

  /** Whether a committee suspended this node for a lie, and none let it in again. */
  synchronized boolean isOut(Address node) {
    return out.contains(node);
  }

  /** Whether a committee found this work to be a lie, and no other overturned that. */
  synchronized boolean has(Digest work) {
    return works.containsKey(work);
  }
}
