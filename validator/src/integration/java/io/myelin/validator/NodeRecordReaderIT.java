package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.chain.ChainException;
import io.myelin.committee.opening.NodeRecordReader;
import io.myelin.committee.opening.SetRecords;
import io.myelin.committee.opening.Suspensions;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.Reputation;
import io.myelin.protocol.reputation.Suspension;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read of nodes follows the branch that holds. */
final class NodeRecordReaderIT {
  private static final Digest EVIDENCE = Digest.parse("ab".repeat(32));

  /** More than is read again. */
  private static final int DEEP_BLOCKS = 100;

  @TempDir Path folder;
  private ChainWorld world;
  private NodeRecordReader reader;

  @BeforeEach
  void start() throws Exception {
    world = ChainWorld.start(folder, 5, 2);
    reader = new NodeRecordReader(world.chain(), world.network(), 0);
  }

  @AfterEach
  void stop() {
    world.close();
  }

  private ChainWorld.Person node() {
    return world.nodes().getFirst();
  }

  private long makeSet(Duration later) {
    world.advance(later);
    world.makeSet();
    return world.set();
  }

  private long weight(long set) {
    return reader.asOf(set).weight(node().address());
  }

  @Test
  void aSetsAnswerNeverChangesOnceItIsMade() {
    long before = world.set();
    assertThat(weight(before)).isEqualTo(Reputation.NEW_WEIGHT);
    world.convict(node(), EVIDENCE);
    assertThat(weight(before)).isEqualTo(Reputation.NEW_WEIGHT);
    long after = makeSet(Duration.ofHours(2));
    assertThat(weight(after)).isEqualTo(Reputation.LEAST_WEIGHT);
    assertThat(reader.asOf(after).of(node().address()).points()).isEqualTo(-20);
    world.anvil().cheats().mine(DEEP_BLOCKS);
    long later = makeSet(Duration.ofHours(2));
    assertThat(weight(later)).isEqualTo(Reputation.LEAST_WEIGHT);
    assertThat(reader.asOf(later).of(node().address()).points()).isEqualTo(-20);
    assertThat(weight(before)).isEqualTo(Reputation.NEW_WEIGHT);
    NodeRecordReader late = new NodeRecordReader(world.chain(), world.network(), 0);
    assertThat(late.asOf(after)).isEqualTo(reader.asOf(after));
    assertThat(late.asOf(later)).isEqualTo(reader.asOf(later));
  }

  @Test
  void whatWasTakenBackIsNotCounted() {
    String fork = world.anvil().cheats().snapshot();
    world.convict(node(), EVIDENCE);
    long set = makeSet(Duration.ofHours(2));
    SetRecords lost = reader.asOf(set);
    assertThat(lost.weight(node().address())).isEqualTo(Reputation.LEAST_WEIGHT);
    world.anvil().cheats().revert(fork);
    assertThat(makeSet(Duration.ofHours(3))).isEqualTo(set);
    SetRecords holds = reader.asOf(set);
    assertThat(holds.block()).isNotEqualTo(lost.block());
    assertThat(holds.weight(node().address())).isEqualTo(Reputation.NEW_WEIGHT);
  }

  @Test
  void nothingIsBelievedAfterMoreWasTakenBackThanIsReadAgain() {
    String fork = world.anvil().cheats().snapshot();
    world.convict(node(), EVIDENCE);
    long set = makeSet(Duration.ofHours(2));
    world.anvil().cheats().mine(DEEP_BLOCKS);
    assertThat(weight(makeSet(Duration.ofHours(2)))).isEqualTo(Reputation.LEAST_WEIGHT);
    world.anvil().cheats().revert(fork);
    assertThat(makeSet(Duration.ofHours(3))).isEqualTo(set);
    long next = makeSet(Duration.ofHours(3));
    world.anvil().cheats().mine(2 * DEEP_BLOCKS);
    long newest = makeSet(Duration.ofHours(3));
    assertThat(weight(newest)).isEqualTo(Reputation.NEW_WEIGHT);
    assertThat(weight(next)).isEqualTo(Reputation.NEW_WEIGHT);
    assertThat(weight(set)).isEqualTo(Reputation.NEW_WEIGHT);
  }

  @Test
  void aSetThatIsNotThereHasNoAnswer() {
    assertThatThrownBy(() -> reader.asOf(world.set() + 1))
        .isInstanceOf(ChainException.class)
        .hasMessageContaining("validator set 2", "newest: 1");
  }

  @Test
  void aSuspendedNodesVerdictIsFound() {
    assertThat(Suspensions.last(world.chain(), world.network(), 0, node().address())).isEmpty();
    world.convict(node(), EVIDENCE);
    assertThat(Suspensions.last(world.chain(), world.network(), 0, node().address()))
        .hasValue(new Suspension(true, EVIDENCE, world.nowSeconds()));
  }
}
