package io.myelin.discovery;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerTopic;
import io.myelin.protocol.peer.store.Fingerprint;
import io.myelin.protocol.peer.store.TopicMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Asks the nodes closest to a topic whom they keep: the closest first and whole, then the others at
 * once, which send nothing where they keep the same. Every answer is bounded, whoever answers.
 */
final class Asking {
  private static final int MAX_PAGES = 64;
  private static final int MAX_USELESS_PAGES = 2;
  private static final int MAX_RECORDS = 2_048;

  private final PeerTopic topic;
  private final Requests requests;
  private final PeerDesk desk;
  private final Map<Digest, PeerRecord> found = new HashMap<>();

  Asking(PeerTopic topic, List<PeerRecord> own, Requests requests, PeerDesk desk) {
    this.topic = topic;
    this.requests = requests;
    this.desk = desk;
    own.forEach(record -> found.put(record.nodeId(), record));
  }

  CompletableFuture<List<PeerRecord>> all(List<PeerRecord> nodes) {
    if (nodes.isEmpty()) {
      return CompletableFuture.completedFuture(List.copyOf(found.values()));
    }
    return page(nodes.getFirst(), 0, 0, 0)
        .thenCompose(
            first ->
                CompletableFuture.allOf(
                    nodes.stream()
                        .skip(1)
                        .map(node -> page(node, 0, 0, 0))
                        .toArray(CompletableFuture<?>[]::new)))
        .thenApply(done -> List.copyOf(found.values()));
  }

  private CompletableFuture<Void> page(PeerRecord node, int skip, int pages, int useless) {
    return requests
        .talk(node, new TopicMessage.Ask(topic, skip, Fingerprint.of(found.values())))
        .thenCompose(answer -> next(node, skip, pages, useless, answer));
  }

  private CompletableFuture<Void> next(
      PeerRecord node, int skip, int pages, int useless, Optional<TopicMessage> answer) {
    if (!(answer.orElse(null) instanceof TopicMessage.Held held) || held.records().isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    boolean news = false;
    for (PeerRecord record : held.records()) {
      news |= take(record, node);
    }
    int seen = skip + held.records().size();
    int inVain = news ? 0 : useless + 1;
    return seen < held.total()
            && pages + 1 < MAX_PAGES
            && inVain < MAX_USELESS_PAGES
            && found.size() < MAX_RECORDS
        ? page(node, seen, pages + 1, inVain)
        : CompletableFuture.completedFuture(null);
  }

  private boolean take(PeerRecord record, PeerRecord from) {
    PeerRecord known = found.get(record.nodeId());
    if (!topic.holds(record.claim()) || (known != null && !record.replaces(known))) {
      return false;
    }
    found.put(record.nodeId(), record);
    desk.heard(record, from.claim().ip().block(), false);
    return true;
  }
}
