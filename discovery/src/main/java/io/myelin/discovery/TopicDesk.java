package io.myelin.discovery;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerTopic;
import io.myelin.protocol.peer.RecordFormatException;
import io.myelin.protocol.peer.lookup.Distances;
import io.myelin.protocol.peer.lookup.LookupSettings;
import io.myelin.protocol.peer.store.Fingerprint;
import io.myelin.protocol.peer.store.TopicMessage;
import io.myelin.protocol.peer.store.TopicStore;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Announcing, asking and keeping records by topic. On the core's thread, but for what is said so.
 */
final class TopicDesk {
  private static final byte[] NOTHING = new byte[0];
  private static final long PLACES_LAST_ROUNDS = 6;

  private final Digest own;
  private final Core core;
  private final Routes routes;
  private final Requests requests;
  private final PeerDesk desk;
  private final Counters counters;
  private final InstantSource clock;
  private final long announceMillis;
  private final Map<PeerTopic, Places> places = new HashMap<>();
  private volatile TopicStore store;

  /** The nodes a topic's records are announced to, until they are searched for again. */
  private record Places(List<PeerRecord> nodes, long untilMillis) {}

  TopicDesk(
      Digest own,
      Core core,
      Routes routes,
      Requests requests,
      PeerDesk desk,
      Counters counters,
      InstantSource clock,
      long announceMillis,
      TopicStore empty) {
    this.own = own;
    this.core = core;
    this.routes = routes;
    this.requests = requests;
    this.desk = desk;
    this.counters = counters;
    this.clock = clock;
    this.announceMillis = announceMillis;
    this.store = empty;
  }

  /** Records kept for others. From any thread. */
  int kept() {
    return store.size();
  }

  void expire() {
    store = store.expire(clock.millis());
  }

  /** Announces a record under each of its topics. */
  void announce(PeerRecord self) {
    places.keySet().retainAll(self.claim().topics());
    for (PeerTopic topic : self.claim().topics()) {
      Places known = places.get(topic);
      if (known != null && clock.millis() < known.untilMillis()) {
        known.nodes().forEach(node -> announce(topic, self, node));
        continue;
      }
      var _ =
          routes
              .search(topic.key())
              .thenAccept(
                  nodes -> {
                    boolean enough = nodes.size() >= LookupSettings.DEFAULT.closest();
                    // A network this small still grows: the places are searched for again soon.
                    long rounds = enough ? PLACES_LAST_ROUNDS : 1;
                    places.put(topic, new Places(nodes, clock.millis() + rounds * announceMillis));
                    keepOwn(topic, self, nodes);
                    nodes.forEach(node -> announce(topic, self, node));
                  });
    }
  }

  /** Whoever is among the closest keeps its own record too. */
  private void keepOwn(PeerTopic topic, PeerRecord self, List<PeerRecord> nodes) {
    Digest key = topic.key();
    Digest distance = Distances.xor(own, key);
    boolean closest =
        nodes.size() < LookupSettings.DEFAULT.closest()
            || distance.compareTo(Distances.xor(nodes.getLast().nodeId(), key)) < 0;
    if (closest) {
      store = store.announce(topic, self, self.claim().ip().block(), true, clock.millis()).store();
    }
  }

  private void announce(PeerTopic topic, PeerRecord self, PeerRecord node) {
    var _ =
        requests
            .talk(node, new TopicMessage.Announce(topic, self))
            .thenAccept(
                answer -> {
                  if (answer.isEmpty()) {
                    places.remove(topic);
                  }
                });
  }

  /** Who is kept under a topic, here and by the nodes closest to it; they are heard of, too. */
  CompletableFuture<List<PeerRecord>> ask(PeerTopic topic) {
    return routes
        .search(topic.key())
        .thenCompose(nodes -> new Asking(topic, store.records(topic), requests, desk).all(nodes))
        .thenApply(records -> records.stream().filter(r -> !r.nodeId().equals(own)).toList());
  }

  /** Answers a stranger's message. From any thread. */
  CompletableFuture<byte[]> answer(PeerRecord from, byte[] message) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    if (core.isBusy()) {
      counters.refuse("message.busy");
      answer.complete(NOTHING);
      return answer;
    }
    core.execute(() -> answer.complete(answerNow(from, message)));
    return answer;
  }

  private byte[] answerNow(PeerRecord from, byte[] bytes) {
    TopicMessage message;
    try {
      message = TopicMessage.decode(bytes);
    } catch (RecordFormatException e) {
      counters.refuse("message.malformed");
      return NOTHING;
    }
    return switch (message) {
      case TopicMessage.Announce m -> TopicMessage.encode(announced(from, m));
      case TopicMessage.Ask m -> TopicMessage.encode(held(m));
      case TopicMessage.Answer m -> NOTHING;
      case TopicMessage.Held m -> NOTHING;
    };
  }

  private TopicMessage announced(PeerRecord from, TopicMessage.Announce message) {
    PeerRecord record = message.record();
    if (!record.nodeId().equals(from.nodeId())) {
      // Nobody announces somebody else.
      counters.refuse("announce.other");
      return new TopicMessage.Answer(TopicStore.Outcome.WRONG_TOPIC);
    }
    String source = record.claim().ip().block();
    TopicStore.Result result =
        store.announce(
            message.topic(), record, source, desk.isTrusted(record.nodeId()), clock.millis());
    store = result.store();
    if (result.outcome() == TopicStore.Outcome.KEPT) {
      desk.heard(record, source, true);
    } else {
      counters.refuse("announce." + result.outcome());
    }
    return new TopicMessage.Answer(result.outcome());
  }

  private TopicMessage held(TopicMessage.Ask message) {
    expire();
    List<PeerRecord> records = store.records(message.topic());
    long fingerprint = Fingerprint.of(records);
    int total = Math.min(records.size(), 0xffff);
    if (fingerprint == message.fingerprint() || message.skip() >= total) {
      return new TopicMessage.Held(total, fingerprint, List.of());
    }
    List<PeerRecord> rest = records.subList(message.skip(), total);
    return new TopicMessage.Held(total, fingerprint, rest.subList(0, TopicMessage.fitting(rest)));
  }
}
