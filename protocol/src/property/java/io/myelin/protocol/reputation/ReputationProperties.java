package io.myelin.protocol.reputation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** What holds of counters, bounds and weights whatever happened. */
final class ReputationProperties {
  private static final long DAY = 86_400;

  /** The formula as it is printed, in floating point. */
  private static double wilson(double successes, double attempts) {
    double z = 1.96;
    double share = successes / attempts;
    return (share
            + z * z / (2 * attempts)
            - z * Math.sqrt(share * (1 - share) / attempts + z * z / (4 * attempts * attempts)))
        / (1 + z * z / attempts);
  }

  @Property
  void theBoundIsWilsons(
      @ForAll @LongRange(min = 1, max = 1_000_000) long attempts,
      @ForAll @IntRange(max = 1_000) int share) {
    long successes = attempts * share / 1_000;
    int ppm =
        LowerBound.ppm(
            successes * StageCounter.UNIT, attempts * StageCounter.UNIT, StageCounter.UNIT);
    assertThat((double) ppm)
        .isCloseTo(Math.max(0, wilson((double) successes, (double) attempts)) * 1e6, within(2.0));
  }

  @Property
  void oneMoreSuccessNeverHurtsAndOneMoreFailureNeverHelps(
      @ForAll @Size(max = 200) List<Boolean> history) {
    StageCounter counter = StageCounter.empty(0);
    for (boolean success : history) {
      counter = counter.record(success ? StageMark.SUCCESS : StageMark.TIMEOUT, 0);
    }
    assertThat(counter.record(StageMark.SUCCESS, 0).believedPpm())
        .isGreaterThanOrEqualTo(counter.believedPpm());
    assertThat(counter.record(StageMark.INVALID, 0).believedPpm())
        .isLessThanOrEqualTo(counter.believedPpm());
    if (!history.isEmpty()) {
      assertThat(counter.believedPpm())
          .isLessThanOrEqualTo((int) (counter.successes() * 1_000_000 / counter.attempts()) + 1);
    }
  }

  @Property
  void thePastIsForgotten(
      @ForAll @IntRange(min = 1, max = 500) int failures, @ForAll @IntRange(max = 3_000) int days) {
    Reputation bad = Reputation.UNKNOWN;
    for (int i = 0; i < failures; i++) {
      bad = bad.record(NodeStage.COMMIT, StageMark.TIMEOUT, 0);
    }
    assertThat(bad.weight(0)).isEqualTo(Reputation.LEAST_WEIGHT);
    assertThat(bad.points()).isEqualTo(-5L * failures);
    Reputation later = bad;
    for (int i = 0; i < 200; i++) {
      later = later.record(NodeStage.COMMIT, StageMark.SUCCESS, days * DAY);
    }
    long after = later.weight(days * DAY);
    assertThat(after).isGreaterThan(Reputation.LEAST_WEIGHT);
    if (days > 200) {
      assertThat(after).isGreaterThan(900);
    }
  }

  @Property
  void aSuccessNeverLowersANodesWeightAndAFailureNeverRaisesIt(
      @ForAll @Size(max = 60) List<StageMark> marks,
      @ForAll NodeStage stage,
      @ForAll @IntRange(min = 1, max = 4) int stages,
      @ForAll @LongRange(max = 200_000) long gap) {
    Reputation reputation = Reputation.UNKNOWN;
    long now = 0;
    for (int i = 0; i < marks.size(); i++) {
      reputation = reputation.record(NodeStage.of(i % stages), marks.get(i), now);
      now += gap;
    }
    assertThat(reputation.record(stage, StageMark.SUCCESS, now).weight(now))
        .isGreaterThanOrEqualTo(reputation.weight(now));
    assertThat(reputation.record(stage, StageMark.TIMEOUT, now).weight(now))
        .isLessThanOrEqualTo(reputation.weight(now));
  }

  @Property
  void theWeightHasBounds(
      @ForAll @Size(max = 100) List<StageMark> marks, @ForAll @LongRange(max = 900_000) long gap) {
    Reputation reputation = Reputation.UNKNOWN;
    long now = 0;
    List<NodeStage> stages = List.of(NodeStage.values());
    for (int i = 0; i < marks.size(); i++) {
      NodeStage stage = stages.get(i % stages.size());
      reputation = reputation.record(stage, marks.get(i), now);
      now += gap;
    }
    assertThat(reputation.weight(now)).isBetween(Reputation.LEAST_WEIGHT, Reputation.FULL_WEIGHT);
    assertThat(reputation.level(now)).isBetween(0, 5);
    assertThat(reputation.stages(now)).hasSize(reputation.counters().size());
  }
}
