package io.myelin.protocol.peer.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.peer.IpAddress;
import io.myelin.protocol.peer.NetworkTag;
import io.myelin.protocol.peer.PeerClaim;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.PeerTopic;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.SubnetTag;
import io.myelin.protocol.peer.store.TopicStore.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is kept for others, for how long, and what a flood does to it. */
final class TopicStoreTest {
  private static final NetworkTag NETWORK = new NetworkTag(1);
  private static final PeerTopic GATEWAYS =
      new PeerTopic(NETWORK, PeerRole.GATEWAY, Optional.empty());

  private final Random random = new Random(6);
  private TopicStore store = TopicStore.of(new StoreSettings(40_000, 10, 6, 20));

  @Test
  void aRecordIsKeptForAWhileAndAnAnnouncementRenewsIt() {
    PeerRecord record = record(key(), 1);
    assertThat(announce(record, "a", false, 0)).isEqualTo(Outcome.KEPT);
    assertThat(announce(record, "a", false, 30_000)).isEqualTo(Outcome.KEPT);
    assertThat(store.expire(69_999).records(GATEWAYS)).containsExactly(record);
    assertThat(store.expire(70_000).size()).isZero();
  }

  @Test
  void onlyANewerRecordReplaces() {
    OperatorKey key = key();
    announce(record(key, 2), "a", false, 0);
    assertThat(announce(record(key, 1), "a", false, 0)).isEqualTo(Outcome.STALE);
    PeerRecord newer = record(key, 3);
    assertThat(announce(newer, "a", false, 0)).isEqualTo(Outcome.KEPT);
    assertThat(store.records(GATEWAYS)).containsExactly(newer);
  }

  @Test
  void onlyWhatBelongsUnderATopicIsKept() {
    PeerRecord record = record(key(), 1);
    for (PeerTopic other :
        List.of(
            new PeerTopic(NETWORK, PeerRole.COMPUTE, Optional.empty()),
            new PeerTopic(new NetworkTag(2), PeerRole.GATEWAY, Optional.empty()),
            new PeerTopic(NETWORK, PeerRole.GATEWAY, Optional.of(new SubnetTag(7))))) {
      assertThat(store.announce(other, record, "a", true, 0).outcome())
          .isEqualTo(Outcome.WRONG_TOPIC);
    }
  }

  @Test
  void aFloodFillsItsOwnPlacesAndWhoIsTrustedTakesThem() {
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      outcomes.add(announce(record(key(), 1), "flood", false, 0));
    }
    assertThat(outcomes).filteredOn(Outcome.KEPT::equals).hasSize(6);
    for (int i = 0; i < 100; i++) {
      announce(record(key(), 1), "flood " + i, false, 0);
    }
    assertThat(store.size()).isEqualTo(10);
    for (int i = 0; i < 10; i++) {
      assertThat(announce(record(key(), 1), "staked", true, 0)).isEqualTo(Outcome.KEPT);
    }
    assertThat(store.size()).isEqualTo(10);
    assertThat(announce(record(key(), 1), "staked", true, 0)).isEqualTo(Outcome.FULL);
  }

  @Test
  void aWholeAnswerFitsAPacket() throws Exception {
    List<PeerRecord> records = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      records.add(record(key(), 1));
    }
    int fitting = TopicMessage.fitting(records);
    assertThat(fitting).isBetween(3, 8);
    TopicMessage.Held held =
        new TopicMessage.Held(20, Fingerprint.of(records), records.subList(0, fitting));
    byte[] bytes = TopicMessage.encode(held);
    assertThat(bytes.length).isLessThanOrEqualTo(TopicMessage.MAX_BYTES);
    assertThat(TopicMessage.decode(bytes)).isEqualTo(held);
  }

  private Outcome announce(PeerRecord record, String source, boolean trusted, long now) {
    TopicStore.Result result = store.announce(GATEWAYS, record, source, trusted, now);
    store = result.store();
    return result.outcome();
  }

  private OperatorKey key() {
    return OperatorKey.generate(random);
  }

  private static PeerRecord record(OperatorKey key, long sequence) {
    return RecordCodec.sign(
        key,
        new PeerClaim(
            sequence,
            IpAddress.parse("1.2.3.4").orElseThrow(),
            9_000,
            PeerRole.GATEWAY,
            NETWORK,
            List.of(),
            Optional.empty(),
            1,
            "x",
            1));
  }
}
