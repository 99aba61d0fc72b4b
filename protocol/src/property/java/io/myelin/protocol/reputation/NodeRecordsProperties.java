package io.myelin.protocol.reputation;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds of the fold over the chain's events, whatever happened. */
final class NodeRecordsProperties {
  private static final long DAY = 86_400;
  private static final int NODES = 6;

  private record At(RecordEvent event, long timeSeconds) {}

  private static Address address(int number) {
    byte[] bytes = new byte[Address.LENGTH];
    bytes[0] = 1;
    bytes[Address.LENGTH - 1] = (byte) number;
    return Address.of(bytes);
  }

  private static SessionId session(int number) {
    byte[] bytes = new byte[Digest.LENGTH];
    bytes[0] = (byte) number;
    return SessionId.of(bytes);
  }

  private static List<Address> nodes(Random random) {
    List<Address> nodes = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      if (random.nextBoolean()) {
        nodes.add(address(i));
      }
    }
    return nodes;
  }

  private static RecordEvent event(Random random) {
    SessionId session = session(random.nextInt(5));
    return switch (random.nextInt(6)) {
      case 0 ->
          new RecordEvent.Opened(
              session,
              address(20 + random.nextInt(2)),
              address(30 + random.nextInt(2)),
              nodes(random));
      case 1 -> new RecordEvent.Extended(session, nodes(random));
      case 2, 3 -> {
        List<BigInteger> earned = new ArrayList<>();
        for (int i = 0; i < random.nextInt(NODES + 2); i++) {
          earned.add(BigInteger.valueOf(random.nextInt(2)));
        }
        yield new RecordEvent.Settled(session, earned);
      }
      case 4 -> new RecordEvent.Ended(session);
      default ->
          new RecordEvent.Marked(
              address(random.nextInt(NODES)),
              NodeStage.of(random.nextInt(NodeStage.values().length)),
              StageMark.of(random.nextInt(StageMark.values().length)));
    };
  }

  private static List<At> history(long seed, int size) {
    Random random = new Random(seed);
    List<At> history = new ArrayList<>();
    long now = 1_700_000_000L;
    for (int i = 0; i < size; i++) {
      // Most blocks have several events, and some come days later.
      now += random.nextInt(3) == 0 ? random.nextLong(2 * DAY) : 0;
      history.add(new At(event(random), now));
    }
    return history;
  }

  private static NodeRecords fold(NodeRecords from, List<At> history) {
    NodeRecords records = from;
    for (At at : history) {
      records = records.apply(at.event(), at.timeSeconds());
    }
    return records;
  }

  @Property
  void inTwoPartsAsAtOnce(
      @ForAll long seed,
      @ForAll @IntRange(max = 120) int size,
      @ForAll @IntRange(max = 120) int first) {
    List<At> history = history(seed, size);
    int cut = Math.min(first, size);
    NodeRecords kept = fold(NodeRecords.EMPTY, history.subList(0, cut));
    // A branch that was left leaves nothing behind in what was kept.
    NodeRecords branch = fold(kept, history(seed + 1, 10));
    assertThat(branch).isNotNull();
    assertThat(fold(kept, history.subList(cut, size))).isEqualTo(fold(NodeRecords.EMPTY, history));
  }

  @Property
  void boundsHold(@ForAll long seed, @ForAll @IntRange(max = 200) int size) {
    List<At> history = history(seed, size);
    NodeRecords records = fold(NodeRecords.EMPTY, history);
    long now = history.isEmpty() ? 0 : history.getLast().timeSeconds();
    for (int i = 0; i < NODES; i++) {
      assertThat(records.weight(address(i), now))
          .isBetween(Reputation.LEAST_WEIGHT, Reputation.FULL_WEIGHT);
    }
    assertThat(records.nodes().size()).isLessThanOrEqualTo(NODES);
    assertThat(records.open().size()).isLessThanOrEqualTo(5);
    // Two clients, two gateways: of one day no more is kept.
    assertThat(records.today().size()).isLessThanOrEqualTo(4 * NODES);
  }

  @Property
  void nobodyFarmsMoreThanOneSuccessADayOfAPair(
      @ForAll @IntRange(min = 1, max = 60) int sessions, @ForAll @IntRange(max = 20_000) int gap) {
    Address node = address(1);
    NodeRecords records = NodeRecords.EMPTY;
    Set<Long> days = new HashSet<>();
    long now = 1_700_000_000L;
    for (int i = 0; i < sessions; i++) {
      records =
          records
              .apply(
                  new RecordEvent.Opened(session(1), address(20), address(30), List.of(node)), now)
              .apply(new RecordEvent.Settled(session(1), List.of(BigInteger.TEN)), now);
      days.add(now / DAY);
      now += gap;
    }
    assertThat(records.of(node).decisive(now))
        .hasValueSatisfying(
            stage -> {
              assertThat(stage.stage()).isEqualTo(NodeStage.END);
              assertThat(stage.streak()).isEqualTo(days.size());
            });
    assertThat(records.of(node).points()).isEqualTo(2L * days.size());
    assertThat(records.today()).hasSize(1);
    assertThat(records.open()).isEmpty();
  }

  @Property
  void whoEarnedNothingIsNotCounted(
      @ForAll @IntRange(min = 1, max = NODES) int seats, @ForAll @IntRange(max = 63) int bits) {
    List<Address> nodes = new ArrayList<>();
    List<BigInteger> earned = new ArrayList<>();
    for (int i = 0; i < seats; i++) {
      nodes.add(address(i));
      earned.add(BigInteger.valueOf(bits >> i & 1));
    }
    NodeRecords records =
        NodeRecords.EMPTY
            .apply(
                new RecordEvent.Opened(session(1), address(20), address(30), nodes.subList(0, 1)),
                0)
            .apply(new RecordEvent.Extended(session(1), nodes), 0)
            .apply(new RecordEvent.Settled(session(1), earned), 0)
            // Nothing is settled twice.
            .apply(new RecordEvent.Settled(session(1), earned), DAY);
    for (int i = 0; i < seats; i++) {
      assertThat(records.of(address(i)).points()).isEqualTo(2L * (bits >> i & 1));
    }
  }
}
