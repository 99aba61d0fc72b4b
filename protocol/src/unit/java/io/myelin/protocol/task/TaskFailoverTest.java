package io.myelin.protocol.task;

import static io.myelin.protocol.task.TaskFixtures.at;
import static io.myelin.protocol.task.TaskFixtures.commitment;
import static io.myelin.protocol.task.TaskFixtures.digest;
import static io.myelin.protocol.task.TaskFixtures.node;
import static io.myelin.protocol.task.TaskFixtures.result;
import static io.myelin.protocol.task.TaskFixtures.terms;
import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.task.Transition.RejectReason;
import org.junit.jupiter.api.Test;

/** Nodes that are lost, late or lie. */
final class TaskFailoverTest {

  @Test
  void anotherNodeGoesOnFromExactlyWhatWasDelivered() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    task.lost(1, LossCause.CONNECTION_LOST, 2);
    assertThat(task.state().phase().label()).isEqualTo("dispatched");
    assertThat(task.last())
        .contains(
            new TaskEffect.ReleaseSlot(node(1), 1),
            new TaskEffect.Penalise(node(1), NodeStage.ACKED, LossCause.CONNECTION_LOST));
    assertThat(task.all(TaskEffect.ChooseReplacement.class))
        .singleElement()
        .satisfies(c -> assertThat(c.excluded()).containsExactly(node(1)));
    task.replacedBy(2);
    assertThat(task.last()).contains(new TaskEffect.SendOffer(node(2), 2, Role.PRIMARY, at(2)));
    completes(task.acked(2).finished(2, 5), 2, 5);
    assertThat(task.state().segments())
        .containsExactly(new Segment(node(1), 1, 0, 2), new Segment(node(2), 2, 2, 5));
    assertThat(((TaskPhase.Ended) task.state().phase()).counted()).isEqualTo(new Counted(7, 10));
  }

  @Test
  void afterTheLastTokenTheNextNodeOnlyCommits() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1).finished(1, 3);
    task.lost(1, LossCause.CRASHED, 3).replacedBy(2);
    assertThat(task.last()).contains(new TaskEffect.SendOffer(node(2), 2, Role.PRIMARY, at(3)));
    completes(task.acked(2).finished(2, 3), 2, 3);
    assertThat(task.state().segments()).containsExactly(new Segment(node(1), 1, 0, 3));
  }

  @Test
  void lostBetweenPrecommitAndCommit() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1).finished(1, 3);
    task.precommitted(1, 3).lost(1, LossCause.CONNECTION_LOST, 3).replacedBy(2);
    completes(task.acked(2).finished(2, 3), 2, 3);
    task.rejects(
        RejectReason.ALREADY_ENDED, new TaskEvent.Committed(node(1), 1, commitment(1, 3), true));
  }

  @Test
  void whoDoesNotAckInTimeIsReplacedAndTooLateAfterwards() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).passes(DeadlineKind.ACK, 0);
    assertThat(task.last())
        .contains(new TaskEffect.Penalise(node(1), NodeStage.OFFERED, LossCause.NO_ACK));
    task.rejects(RejectReason.NODE_GONE, new TaskEvent.Acked(node(1), 1));
    task.replacedBy(2).acked(2);
    task.rejects(RejectReason.DUPLICATE, new TaskEvent.Acked(node(2), 2));
    task.rejects(RejectReason.UNKNOWN_ATTEMPT, new TaskEvent.Acked(node(3), 3));
  }

  @Test
  void aStallIsMeasuredFromTheLastChunk() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1).after(100);
    Deadline stall = task.armed(DeadlineKind.STALL);
    task.passes(DeadlineKind.STALL, 1, 1_050);
    assertThat(task.armed(DeadlineKind.STALL).atMillis()).isEqualTo(1_150);
    assertThat(task.state().primary()).isPresent();
    task.rejects(
        RejectReason.STALE_DEADLINE,
        new TaskEvent.DeadlinePassed(DeadlineKind.STALL, stall.armedId(), at(1), 0));
    task.passes(DeadlineKind.STALL, 1, 1_050);
    assertThat(task.state().primary()).isEmpty();
    assertThat(task.state().delivered()).isEqualTo(at(1));
  }

  @Test
  void aStreamThatBeginsAtOnceIsLookedAtBeforeTheWaitForItsFirstChunkWouldBeOver() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    assertThat(task.armed(DeadlineKind.STALL).atMillis()).isEqualTo(1_100);
  }

  @Test
  void theFirstChunkHasItsOwnTimeFromTheAckOn() {
    TaskDriver task = new TaskDriver(terms(1)).after(30).dispatched(1).after(20).acked(1);
    for (long atMillis : new long[] {1_150, 1_250, 1_350, 1_400}) {
      assertThat(task.state().primary()).isPresent();
      assertThat(task.armed(DeadlineKind.STALL).atMillis()).isEqualTo(atMillis);
      task.passes(DeadlineKind.STALL, 0);
    }
    assertThat(task.state().primary()).isEmpty();
    assertThat(task.last())
        .contains(new TaskEffect.Penalise(node(1), NodeStage.ACKED, LossCause.STALLED));
  }

  @Test
  void aTimerAheadOfTheClockFiresAgain() {
    TaskDriver task = new TaskDriver(terms(1));
    Deadline whole = task.armed(DeadlineKind.TASK);
    task.moves(new TaskEvent.DeadlinePassed(DeadlineKind.TASK, whole.armedId(), at(0), 0));
    assertThat(task.state().phase().label()).isEqualTo("queued");
    assertThat(task.armed(DeadlineKind.TASK).atMillis()).isEqualTo(whole.atMillis());
  }

  @Test
  void whoRevealsSomethingElseIsOutAndPays() {
    lies(new TaskEvent.Committed(node(1), 1, commitment(8, 3), true), LossCause.BAD_REVEAL, 3);
    lies(new TaskEvent.Committed(node(1), 1, commitment(1, 3), false), LossCause.BAD_SIGNATURE, 3);
    lies(new TaskEvent.Committed(node(1), 1, commitment(1, 4), true), LossCause.WRONG_HEAD, 4);
  }

  private static void lies(TaskEvent.Committed reveal, LossCause cause, int promisedChunks) {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1).finished(1, 3);
    task.precommitted(1, promisedChunks).moves(reveal);
    assertThat(task.last())
        .contains(new TaskEffect.Penalise(node(1), NodeStage.PRECOMMITTED, cause));
    completes(task.replacedBy(2).acked(2).finished(2, 3), 2, 3);
  }

  @Test
  void theStreamThatIsCommittedToIsTheOneThatWasSent() {
    Delivered sent = at(3);
    commitsTo(new Delivered(3, 6, digest("other"), sent.textDigest()), LossCause.WRONG_HEAD);
    commitsTo(new Delivered(3, 6, sent.streamHead(), digest("other")), LossCause.WRONG_HEAD);
    commitsTo(new Delivered(3, 7, sent.streamHead(), sent.textDigest()), LossCause.WRONG_COUNT);
  }

  private static void commitsTo(Delivered claimed, LossCause cause) {
    Commitment commitment = commitment(1, claimed);
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1).finished(1, 3);
    task.moves(new TaskEvent.Precommitted(node(1), 1, commitment.precommit()));
    task.moves(new TaskEvent.Committed(node(1), 1, commitment, true));
    assertThat(task.last())
        .contains(new TaskEffect.Penalise(node(1), NodeStage.PRECOMMITTED, cause));
  }

  @Test
  void whoMiscountsIsOut() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    task.moves(new TaskEvent.StreamFinished(node(1), 1, at(3), result(4)));
    assertThat(task.last())
        .contains(new TaskEffect.Penalise(node(1), NodeStage.ACKED, LossCause.WRONG_COUNT));
  }

  @Test
  void aPrecommitCannotBeChanged() {
    TaskDriver task = new TaskDriver(terms(2)).dispatched(1, 2).acked(2).precommitted(2, 3);
    task.rejects(RejectReason.DUPLICATE, new TaskEvent.Precommitted(node(2), 2, digest("other")));
  }

  @Test
  void withNobodyLeftTheClientIsToldAndPaysNothing() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    task.lost(1, LossCause.CRASHED, 2).replacedByNobody();
    assertThat(task.state().phase())
        .isInstanceOfSatisfying(
            TaskPhase.Failed.class,
            f -> {
              assertThat(f.code()).isEqualTo("no_node_left");
              assertThat(f.clientFault()).isFalse();
              assertThat(f.counted()).isEqualTo(Counted.NOTHING);
            });
    assertThat(task.all(TaskEffect.TellClientFailed.class)).hasSize(1);
  }

  @Test
  void aReplicaIsPromotedOnlyWhileTheClientHasNothing() {
    TaskDriver nothing = new TaskDriver(terms(2)).dispatched(1, 2).acked(1).acked(2);
    nothing.lost(1, LossCause.CRASHED, 0).replacedByNobody();
    assertThat(nothing.last())
        .contains(new TaskEffect.SendOffer(node(2), 3, Role.PRIMARY, at(0)))
        .doesNotContain(new TaskEffect.ReleaseSlot(node(2), 2));
    completes(nothing.acked(2).finished(2, 3), 2, 3);

    TaskDriver some = new TaskDriver(terms(2)).dispatched(1, 2).acked(1).acked(2);
    some.lost(1, LossCause.CRASHED, 1).replacedByNobody();
    assertThat(some.state().phase().label()).isEqualTo("failed");
  }

  @Test
  void aReplicaIsReplacedWhileThePrimaryWorksAndMissedAfterwards() {
    TaskDriver early = new TaskDriver(terms(2)).dispatched(1, 2).acked(1);
    early.moves(new TaskEvent.Refused(node(2), 2, "no_slot", "busy", false)).replacedBy(3);
    assertThat(early.last()).contains(new TaskEffect.SendOffer(node(3), 3, Role.REPLICA, at(0)));

    TaskDriver late = new TaskDriver(terms(2)).dispatched(1, 2).acked(1).acked(2).finished(1, 3);
    late.precommitted(1, 3).passes(DeadlineKind.PRECOMMIT, 3);
    assertThat(late.all(TaskEffect.ChooseReplacement.class)).isEmpty();
    assertThat(late.last())
        .contains(
            new TaskEffect.Penalise(node(2), NodeStage.ACKED, LossCause.NO_PRECOMMIT),
            new TaskEffect.AskReveal(node(1), 1));
    completes(late.committed(1, 3));
  }

  @Test
  void nodesThatAreOnlyBusyAreWaitedForUntilTheTasksOwnDeadline() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1).lost(1, LossCause.CRASHED, 2);
    for (int i = 1; i <= 3; i++) {
      task.passes(DeadlineKind.REPLACEMENT, 2);
      assertThat(task.state().searches()).singleElement().matches(Replacement::again);
      assertThat(task.all(TaskEffect.ChooseReplacement.class)).hasSize(1 + i);
      assertThat(task.all(TaskEffect.ChooseReplacement.class).getLast().again()).isTrue();
      assertThat(task.all(TaskEffect.DisarmDeadline.class))
          .as("the shell's earlier search ends")
          .extracting(TaskEffect.DisarmDeadline::armedId)
          .contains(task.all(TaskEffect.ChooseReplacement.class).get(i - 1).requestId());
    }
    completes(task.replacedBy(2).acked(2).finished(2, 5), 2, 5);
    TaskDriver alone =
        new TaskDriver(terms(1)).dispatched(1).acked(1).lost(1, LossCause.CRASHED, 2);
    alone.passes(DeadlineKind.REPLACEMENT, 2).replacedByNobody();
    assertThat(alone.state().phase().label()).isEqualTo("failed");
    TaskDriver late = new TaskDriver(terms(1)).dispatched(1).acked(1).lost(1, LossCause.CRASHED, 2);
    late.passes(DeadlineKind.REPLACEMENT, 2).passes(DeadlineKind.TASK, 2);
    assertThat(late.state().phase().label()).isEqualTo("failed");
  }

  @Test
  void aNodeWithoutAFreeSlotMayBeAskedAgainLater() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1);
    task.moves(new TaskEvent.Refused(node(1), 1, "no_slot", "every slot is taken", false));
    assertThat(task.all(TaskEffect.ChooseReplacement.class).getLast().excluded())
        .containsExactly(node(1));
    task.replacedByNobody();
    assertThat(task.state().ended()).isFalse();
    task.passes(DeadlineKind.REPLACEMENT, 0);
    assertThat(task.all(TaskEffect.ChooseReplacement.class).getLast().excluded()).isEmpty();
    completes(task.replacedBy(1).acked(1).finished(1, 3), 1, 3);

    TaskDriver refused = new TaskDriver(terms(1)).dispatched(1);
    refused.moves(new TaskEvent.Refused(node(1), 1, "unknown_model", "not here", false));
    refused.passes(DeadlineKind.REPLACEMENT, 0);
    assertThat(refused.all(TaskEffect.ChooseReplacement.class).getLast().excluded())
        .containsExactly(node(1));
  }

  @Test
  void aSearchIsAnsweredOnce() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).passes(DeadlineKind.ACK, 0);
    long search = task.state().searches().getFirst().requestId();
    task.rejects(RejectReason.NODE_EXCLUDED, new TaskEvent.ReplacementChosen(search, node(1)));
    task.replacedBy(2);
    task.rejects(RejectReason.STALE_REQUEST, new TaskEvent.ReplacementChosen(search, node(3)));
    task.rejects(RejectReason.STALE_REQUEST, new TaskEvent.NoReplacement(search));
  }

  @Test
  void aPromptThatKillsEnginesDoesNotKillThemAll() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    for (int n = 2; n <= 5; n++) {
      task.lost(n - 1, LossCause.CRASHED, 0).replacedBy(n).acked(n);
    }
    task.lost(5, LossCause.CRASHED, 0);
    assertThat(task.state().phase().label()).isEqualTo("failed");
    assertThat(task.state().lastAttempt()).isEqualTo(task.state().terms().maxAttempts());
  }

  @Test
  void aNodeIsBelievedThatTheRequestIsWrongOnlyBeforeTheFirstChunk() {
    TaskDriver before = new TaskDriver(terms(1)).dispatched(1);
    before.moves(
        new TaskEvent.Refused(node(1), 1, "context_length_exceeded", "4097 of 4096", true));
    assertThat(before.state().phase())
        .isEqualTo(
            new TaskPhase.Failed("context_length_exceeded", "4097 of 4096", true, Counted.NOTHING));

    TaskDriver after = new TaskDriver(terms(1)).dispatched(1).acked(1);
    after.moves(new TaskEvent.NodeFailed(node(1), 1, "unsupported", "no", true, at(2)));
    assertThat(after.state().phase().label()).isEqualTo("dispatched");
  }

  private static void completes(TaskDriver task, int n, int chunks) {
    completes(task.precommitted(n, chunks).committed(n, chunks));
  }

  private static void completes(TaskDriver task) {
    task.moves(new TaskEvent.Validated(true, ""));
    task.moves(new TaskEvent.ReceiptStored(digest("receipt"))).releasesSlots();
    assertThat(task.state().phase().label()).isEqualTo("completed");
    assertThat(task.state().released()).isTrue();
    assertThat(task.replayed()).isEqualTo(task.state());
  }

  @Test
  void whoOwesARevealIsOutAlsoWhenNobodyMayBeAskedAnyMore() {
    TaskDriver task = new TaskDriver(terms(2, false)).dispatched(1, 2);
    for (int n = 1; n <= 4; n++) {
      task.lost(n, LossCause.CRASHED, 0).replacedBy(n + 2);
    }
    task.acked(5).acked(6).precommitted(5, 0).precommitted(6, 0);
    task.passes(DeadlineKind.COMMIT, 0);
    assertThat(task.state().phase().label()).isEqualTo("failed");
    assertThat(task.state().live()).isEmpty();
    assertThat(task.state().attempt(6).orElseThrow().goneCause()).isEqualTo(LossCause.NO_COMMIT);
  }
}
