package io.myelin.protocol.peer.store;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerTopic;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/**
 * What a node keeps for topics it is close to: records of those who announced themselves, each for
 * a short time. Soft state: nothing is lost with it that the next announcement does not bring back.
 * Immutable; every change answers a new one.
 *
 * @param topics what is kept, by topic and node id
 * @param size records in all
 */
public record TopicStore(
    StoreSettings settings, HashPMap<PeerTopic, TreePMap<Digest, Kept>> topics, int size) {

  /**
   * A record that is kept.
   *
   * @param source whose announcements are counted together
   * @param trusted whether its node is known to be staked
   * @param expiresMillis when it is dropped, unless announced again
   */
  public record Kept(PeerRecord record, String source, boolean trusted, long expiresMillis) {}

  /** What came of an announcement. */
  public enum Outcome {
    /** It is kept. */
    KEPT(1),
    /** It does not belong under the topic. */
    WRONG_TOPIC(2),
    /** A newer record of the node is kept. */
    STALE(3),
    /** There is no room for it. */
    FULL(4);

    private final int code;

    Outcome(int code) {
      this.code = code;
    }

    /** The number in messages. */
    int code() {
      return code;
    }

    /** The outcome of a number in a message. */
    static Optional<Outcome> of(int code) {
      for (Outcome outcome : values()) {
        if (outcome.code == code) {
          return Optional.of(outcome);
        }
      }
      return Optional.empty();
    }
  }

  /** The store after an announcement, and what came of it. */
  public record Result(TopicStore store, Outcome outcome) {}

  /** An empty one. */
  public static TopicStore of(StoreSettings settings) {
    return new TopicStore(settings, HashTreePMap.empty(), 0);
  }

  /** Takes an announcement in. */
  public Result announce(
      PeerTopic topic, PeerRecord record, String source, boolean trusted, long nowMillis) {
    if (!topic.holds(record.claim())) {
      return new Result(this, Outcome.WRONG_TOPIC);
    }
    TreePMap<Digest, Kept> kept = topics.getOrDefault(topic, TreePMap.empty());
    Kept old = kept.get(record.nodeId());
    if (old != null && old.record().replaces(record)) {
      return new Result(this, Outcome.STALE);
    }
    Kept entry = new Kept(record, source, trusted, nowMillis + settings.keepMillis());
    if (old != null) {
      return new Result(with(topic, kept.plus(record.nodeId(), entry)), Outcome.KEPT);
    }
    if (!trusted && ofSource(source) >= settings.maxPerSource()) {
      return new Result(this, Outcome.FULL);
    }
    if (kept.size() < settings.maxPerTopic() && size < settings.maxRecords()) {
      return new Result(with(topic, kept.plus(record.nodeId(), entry)), Outcome.KEPT);
    }
    // Only who is trusted takes a place, and only of somebody who is not.
    Optional<Kept> out =
        trusted
            ? kept.values().stream()
                .filter(k -> !k.trusted())
                .min(Comparator.comparingLong(Kept::expiresMillis))
            : Optional.empty();
    return out.map(
            o ->
                new Result(
                    with(topic, kept.minus(o.record().nodeId()).plus(record.nodeId(), entry)),
                    Outcome.KEPT))
        .orElse(new Result(this, Outcome.FULL));
  }

  /** Without what was not announced again. */
  public TopicStore expire(long nowMillis) {
    TopicStore left = this;
    for (var topic : topics.entrySet()) {
      TreePMap<Digest, Kept> kept = topic.getValue();
      for (Kept entry : topic.getValue().values()) {
        if (nowMillis >= entry.expiresMillis()) {
          kept = kept.minus(entry.record().nodeId());
        }
      }
      if (kept.size() < topic.getValue().size()) {
        left = left.with(topic.getKey(), kept);
      }
    }
    return left;
  }

  /** What is kept under a topic, in order of node id. */
  public List<PeerRecord> records(PeerTopic topic) {
    return topics.getOrDefault(topic, TreePMap.empty()).values().stream()
        .map(Kept::record)
        .toList();
  }

  private long ofSource(String source) {
    return topics.values().stream()
        .flatMap(kept -> kept.values().stream())
        .filter(k -> !k.trusted() && k.source().equals(source))
        .count();
  }

  private TopicStore with(PeerTopic topic, TreePMap<Digest, Kept> kept) {
    int before = topics.getOrDefault(topic, TreePMap.empty()).size();
    return new TopicStore(
        settings,
        kept.isEmpty() ? topics.minus(topic) : topics.plus(topic, kept),
        size - before + kept.size());
  }
}
