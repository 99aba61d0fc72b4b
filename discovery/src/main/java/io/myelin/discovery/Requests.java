package io.myelin.discovery;

import io.myelin.discovery.link.Link;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.RecordFormatException;
import io.myelin.protocol.peer.store.TopicMessage;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Requests to other nodes: counted, answered on the core's thread, empty when nothing came. */
final class Requests {
  private static final int FAILURES_TO_FORGET = 2;
  private static final int MAX_REMEMBERED = 4_096;
  private static final int MAX_UNDER_WAY = 48;
  private static final int MAX_WAITING = 10_000;

  private final Link link;
  private final Core core;
  private final Counters counters;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int underWay;

  /** Failures in a row, of those that failed last. */
  private final Map<Digest, Integer> failures =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Digest, Integer> eldest) {
          return size() > MAX_REMEMBERED;
        }
      };

  Requests(Link link, Core core, Counters counters) {
    this.link = link;
    this.core = core;
    this.counters = counters;
  }

  CompletableFuture<Optional<PeerRecord>> probe(PeerRecord node) {
    return sent(node, () -> link.probe(node));
  }

  CompletableFuture<Optional<List<PeerRecord>>> findNodes(
      PeerRecord node, List<Integer> distances) {
    return sent(node, () -> link.findNodes(node, distances));
  }

  CompletableFuture<Optional<TopicMessage>> talk(PeerRecord node, TopicMessage message) {
    return sent(node, () -> link.talk(node, TopicMessage.encode(message))).thenApply(this::read);
  }

  private Optional<TopicMessage> read(Optional<byte[]> answer) {
    if (answer.isEmpty() || answer.get().length == 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(TopicMessage.decode(answer.get()));
    } catch (RecordFormatException e) {
      counters.refuse("answer.malformed");
      return Optional.empty();
    }
  }

  private <T> CompletableFuture<Optional<T>> sent(
      PeerRecord node, Supplier<CompletableFuture<T>> request) {
    CompletableFuture<Optional<T>> answer = new CompletableFuture<>();
    if (waiting.size() >= MAX_WAITING) {
      counters.refuse("request.busy");
      return CompletableFuture.completedFuture(Optional.empty());
    }
    waiting.add(() -> send(node, request, answer));
    sendNext();
    return answer;
  }

  /** So many at once and no more: a node that asks faster than it hears only loses answers. */
  private void sendNext() {
    while (underWay < MAX_UNDER_WAY && !waiting.isEmpty()) {
      underWay++;
      waiting.remove().run();
    }
  }

  private <T> void send(
      PeerRecord node,
      Supplier<CompletableFuture<T>> request,
      CompletableFuture<Optional<T>> answer) {
    counters.requests.increment();
    CompletableFuture<T> sent;
    try {
      sent = request.get();
    } catch (RuntimeException e) {
      // The library refuses some records only when it sends.
      sent = CompletableFuture.failedFuture(e);
    }
    var _ =
        core.settled(sent)
            .thenAccept(
                came -> {
                  underWay--;
                  answered(node.nodeId(), came.isPresent());
                  sendNext();
                  answer.complete(came);
                });
  }

  private void answered(Digest node, boolean came) {
    if (came) {
      failures.remove(node);
      return;
    }
    counters.unanswered.increment();
    if (failures.merge(node, 1, Integer::sum) >= FAILURES_TO_FORGET) {
      failures.remove(node);
      link.forget(node);
    }
  }
}
