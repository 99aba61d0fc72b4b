package io.myelin.protocol.reputation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Weights, levels and what a node is told of them. */
final class ReputationTest {
  private static final long DAY = 86_400;

  private static Reputation tasks(Reputation before, int count, StageMark mark) {
    Reputation reputation = before;
    for (int i = 0; i < count; i++) {
      reputation = reputation.record(NodeStage.END, mark, 0);
    }
    return reputation;
  }

  @Test
  void shouldDrawANewNodeLessOftenThanAGoodOneAndMoreOftenThanABadOne() {
    assertThat(Reputation.UNKNOWN.weight(0)).isEqualTo(250);
    assertThat(tasks(Reputation.UNKNOWN, 1, StageMark.SUCCESS).weight(0)).isEqualTo(250);
    assertThat(tasks(Reputation.UNKNOWN, 100, StageMark.SUCCESS).weight(0)).isEqualTo(963);
    assertThat(tasks(Reputation.UNKNOWN, 1, StageMark.TIMEOUT).weight(0)).isEqualTo(10);
    Reputation mixed =
        tasks(tasks(Reputation.UNKNOWN, 80, StageMark.SUCCESS), 20, StageMark.TIMEOUT);
    assertThat(mixed.weight(0)).isEqualTo(711);
  }

  @Test
  void shouldKeepNothingOfAConvictionThatWasOverturned() {
    Reputation good =
        tasks(Reputation.UNKNOWN, 100, StageMark.SUCCESS)
            .record(NodeStage.CORRECTNESS, StageMark.SUCCESS, 0);
    Reputation convicted = good.record(NodeStage.CORRECTNESS, StageMark.SLASHED, DAY);
    assertThat(convicted.weight(DAY)).isLessThan(good.weight(DAY));
    assertThat(convicted.points()).isEqualTo(good.points() - 20);
    for (long later : new long[] {DAY, 7 * DAY}) {
      Reputation cleared = convicted.record(NodeStage.CORRECTNESS, StageMark.CLEARED, later);
      assertThat(cleared.weight(later)).isEqualTo(good.weight(later));
      assertThat(cleared.points()).isEqualTo(good.points());
      assertThat(cleared.isFlawless(later)).isTrue();
    }
    // What it did wrong besides stays.
    Reputation another = convicted.record(NodeStage.CORRECTNESS, StageMark.INVALID, DAY);
    Reputation once = good.record(NodeStage.CORRECTNESS, StageMark.INVALID, DAY);
    assertThat(another.record(NodeStage.CORRECTNESS, StageMark.CLEARED, DAY).weight(DAY))
        .isEqualTo(once.weight(DAY));
  }

  @Test
  void shouldWeighByTheWorstStageAndSayWhichItIs() {
    Reputation reputation = tasks(Reputation.UNKNOWN, 100, StageMark.SUCCESS);
    for (int i = 0; i < 10; i++) {
      reputation =
          reputation.record(NodeStage.PING, i < 5 ? StageMark.TIMEOUT : StageMark.SUCCESS, 0);
    }
    assertThat(reputation.weight(0)).isEqualTo(236);
    assertThat(reputation.stages(0).getFirst())
        .isEqualTo(new Reputation.StageView(NodeStage.PING, 236_589, 10, 5, 5));
  }

  private static Reputation missed(Reputation before, NodeStage stage, int times) {
    Reputation reputation = before;
    for (int i = 0; i < times; i++) {
      reputation = reputation.record(stage, StageMark.TIMEOUT, 0);
    }
    return reputation;
  }

  /** A laptop that slept through a round or two is what it was; one that always sleeps is not. */
  @Test
  void shouldWeighANodeThatIsNotThereFromTheThirdTimeOn() {
    for (NodeStage stage : List.of(NodeStage.CREATE, NodeStage.PREPARE, NodeStage.START)) {
      Reputation good = tasks(Reputation.UNKNOWN, 100, StageMark.SUCCESS);
      assertThat(missed(good, stage, 2).weight(0)).isEqualTo(good.weight(0));
      assertThat(missed(good, stage, 2).points()).isEqualTo(good.points() - 10);
      assertThat(missed(good, stage, 3).weight(0)).isEqualTo(Reputation.LEAST_WEIGHT);
      assertThat(missed(Reputation.UNKNOWN, stage, 2).weight(0)).isEqualTo(250);
      // After twelve days half is forgotten.
      assertThat(missed(good, stage, 4).weight(13 * DAY)).isGreaterThan(900);
    }
    Reputation silent = missed(Reputation.UNKNOWN, NodeStage.COMMIT, 1);
    assertThat(silent.weight(0)).isEqualTo(Reputation.LEAST_WEIGHT);
  }

  @Test
  void shouldForgetAStageAltogetherInTheEnd() {
    long year = 365 * 86_400;
    Reputation failed = Reputation.UNKNOWN.record(NodeStage.PING, StageMark.TIMEOUT, 0);
    Reputation since = failed;
    for (int i = 0; i < 100; i++) {
      since = since.record(NodeStage.END, StageMark.SUCCESS, year);
    }
    assertThat(failed.weight(0)).isEqualTo(Reputation.LEAST_WEIGHT);
    assertThat(failed.weight(year)).isEqualTo(Reputation.NEW_WEIGHT);
    assertThat(since.weight(year)).isEqualTo(963);
  }

  @Test
  void shouldRiseInLevelsByRunsOfSuccessesAndFallAtOnce() {
    assertThat(Reputation.UNKNOWN.level(0)).isZero();
    Reputation good = tasks(Reputation.UNKNOWN, 100, StageMark.SUCCESS);
    assertThat(good.level(0)).isEqualTo(4);
    assertThat(tasks(good, 100, StageMark.SUCCESS).level(0)).isEqualTo(5);
    Reputation fallen = tasks(good, 1, StageMark.INVALID);
    assertThat(fallen.level(0)).isZero();
    assertThat(fallen.points()).isEqualTo(98);
    assertThat(tasks(fallen, 20, StageMark.SUCCESS).level(0)).isEqualTo(2);
  }

  @Test
  void shouldHalveThePastInTwelveDaysAndForgetItInTheEnd() {
    StageCounter counter = StageCounter.empty(0);
    for (int i = 0; i < 1_000; i++) {
      counter = counter.record(StageMark.SUCCESS, 0);
    }
    assertThat(counter.at(12 * DAY - 1).attempts() / StageCounter.UNIT).isEqualTo(532);
    assertThat(counter.at(12 * DAY).attempts() / StageCounter.UNIT).isEqualTo(502);
    assertThat(counter.at(1_000 * DAY).attempts()).isZero();
    assertThat(counter.at(-DAY)).isEqualTo(counter);
    // In two steps as in one.
    assertThat(counter.at(5 * DAY).at(12 * DAY)).isEqualTo(counter.at(12 * DAY));
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StageCounter(1, 2, 0, 0))
        .withMessageContaining("successes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LowerBound.ppm(2, 1, 1))
        .withMessageContaining("successes");
  }
}
