package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.committee.CommitteeClient;
import io.myelin.committee.Showing;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.engine.check.WorkChecker;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkObjection;
import io.myelin.v1.ExamineReply.Found;
import io.myelin.v1.WorkRecord;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.ShownWork;
import io.myelin.validator.testing.Validators;
import io.myelin.validator.testing.WorkGround;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What members drew once is owed to them, whatever a gateway settles. */
final class WorkOwedIT {
  private static final WorkChecker MODEL =
      (_, evidence) ->
          CompletableFuture.completedFuture(new WorkFinding.Exact(evidence.getTokensCount()));

  @TempDir static Path folder;
  private static WorkGround ground;
  private static ChainWorld world;
  private static Validators validators;
  private static CommitteeClient committee;

  @BeforeAll
  static void start() throws Exception {
    ground = WorkGround.start(folder, MODEL);
    world = ground.world();
    validators = ground.validators();
    committee = ground.committee();
  }

  @AfterAll
  static void stop() {
    ground.close();
  }

  private static String objection(SettlementBatch batch) throws Exception {
    return WorkGround.objections(committee, batch).getFirst().reason();
  }

  @Test
  void shouldForfeitASessionInWhichDrawsWereTried() throws Exception {
    GatewaySide side = new GatewaySide(world, 41);
    GatewaySide.Live live = side.open(committee, side.proposal(4, 1, VerificationLevel.FULL));
    ShownWork tried = ShownWork.of(world, live, "tried", 1);
    ShownWork given = ShownWork.of(world, live, "given", 1);
    for (int i = 0; i < 5; i++) {
      assertThat(ground.wanted(i, tried)).containsExactly(0);
      assertThat(ground.wanted(i, given)).containsExactly(0);
      show(i, given);
    }

    // Of one task only the last work is settled, and all of that was shown.
    SettlementBatch without = WorkGround.batch(side, live, given);
    assertThat(WorkObjection.wantedTask(objection(without)))
        .contains(tried.receipt().receipt().taskId());

    // Who can show it, shows it, and is paid.
    for (int i = 0; i < 5; i++) {
      assertThat(ground.wanted(i, given, tried)).containsExactly(1);
      show(i, tried);
    }
    assertThat(side.settle(without, committee.reviewAndAttest(without)).succeeded()).isTrue();
  }

  /** Nor does a restart of all members forget it, until it is shown; then it is forgotten. */
  @Test
  void shouldOweAcrossARestart() throws Exception {
    GatewaySide side = new GatewaySide(world, 44);
    GatewaySide.Live live = side.open(committee, side.proposal(4, 1, VerificationLevel.FULL));
    ShownWork tried = ShownWork.of(world, live, "tried", 1);
    ShownWork given = ShownWork.of(world, live, "given", 1);
    for (int i = 0; i < 5; i++) {
      assertThat(ground.wanted(i, tried, given)).containsExactly(0, 1);
      show(i, given);
    }
    validators.restart();
    SettlementBatch without = WorkGround.batch(side, live, given);
    assertThat(WorkObjection.wantedTask(objection(without)))
        .contains(tried.receipt().receipt().taskId());

    for (int i = 0; i < 5; i++) {
      show(i, tried);
    }
    validators.restart();
    assertThat(side.settle(without, committee.reviewAndAttest(without)).succeeded()).isTrue();
  }

  @Test
  void shouldShowTheRestWhenAMemberRefusesOneRecord() throws Exception {
    GatewaySide side = new GatewaySide(world, 42);
    GatewaySide.Live live = side.open(committee, side.proposal(4, 1, VerificationLevel.FULL));
    ShownWork first = ShownWork.of(world, live, "first", 1);
    ShownWork second = ShownWork.of(world, live, "second", 2);
    WorkRecord refused = first.record().toBuilder().clearNode().build();
    SettlementBatch next = WorkGround.batch(side, live, first);
    List<Showing.Found> found =
        committee
            .showing()
            .show(
                next.gateway(),
                next.batch(),
                next.set(),
                List.of(first.json(), second.json()),
                place -> List.of(place == 0 ? refused : second.record()));
    assertThat(found).hasSize(5).allMatch(one -> one.record().equals(second.record()));
  }

  @Test
  void shouldCountMembersThatWantDifferentWorkOfASessionTogether() throws Exception {
    GatewaySide side = new GatewaySide(world, 43);
    GatewaySide.Live live = side.open(committee, side.proposal(4, 1, VerificationLevel.FULL));
    ShownWork given = ShownWork.of(world, live, "given", 100);
    for (int i = 0; i < 5; i++) {
      assertThat(ground.wanted(i, ShownWork.of(world, live, "tried", i))).containsExactly(0);
      show(i, given);
    }
    SettlementBatch next = WorkGround.batch(side, live, given);
    assertThat(WorkGround.objections(committee, next))
        .singleElement()
        .satisfies(bad -> assertThat(bad.members()).isGreaterThanOrEqualTo(3));
  }

  private static void show(int validator, ShownWork work) {
    ground.show(validator, work, Found.FOUND_EXACT);
  }
}
