package io.myelin.protocol.task;

import static io.myelin.protocol.task.TaskFixtures.DEADLINE_MILLIS;
import static io.myelin.protocol.task.TaskFixtures.at;
import static io.myelin.protocol.task.TaskFixtures.commitment;
import static io.myelin.protocol.task.TaskFixtures.digest;
import static io.myelin.protocol.task.TaskFixtures.node;
import static io.myelin.protocol.task.TaskFixtures.terms;
import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.task.Transition.RejectReason;
import org.junit.jupiter.api.Test;

/** Cancelled, too late, judged, restarted. */
final class TaskEndsTest {

  @Test
  void aClientThatLeavesPaysForWhatItGotOnceTheNodeSignedForIt() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    TaskEvent leaves = new TaskEvent.CancelRequested(CancelCause.CLIENT_LEFT, at(2));
    task.moves(leaves);
    assertThat(task.state().ended()).isFalse();
    assertThat(task.state().label()).isEqualTo("cancelled");
    assertThat(task.last())
        .contains(
            new TaskEffect.EndStream("cancelled", CancelCause.CLIENT_LEFT.message(), true, at(2)),
            new TaskEffect.CutNode(node(1), 1, "cancelled"));
    task.rejects(RejectReason.TOO_LATE, leaves);
    // Two more chunks were on their way.
    task.finished(1, 4).precommitted(1, 4).committed(1, 4);
    task.moves(new TaskEvent.Validated(true, ""));
    assertThat(task.last()).contains(new TaskEffect.BuildAndStoreReceipt());
    task.moves(new TaskEvent.ReceiptStored(digest("receipt")));
    assertThat(task.state().phase())
        .isEqualTo(new TaskPhase.Cancelled(CancelCause.CLIENT_LEFT, new Counted(7, 4)));
    assertThat(task.state().segments()).containsExactly(new Segment(node(1), 1, 0, 2));
    assertThat(task.last()).contains(new TaskEffect.ReleaseSlot(node(1), 1));
    assertThat(task.all(TaskEffect.TellClientFailed.class)).isEmpty();
    assertThat(task.all(TaskEffect.TellClientCompleted.class)).isEmpty();
    task.rejects(RejectReason.ALREADY_ENDED, leaves);
  }

  @Test
  void whatTheNodeDoesNotSignForCostsNothing() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    task.moves(new TaskEvent.CancelRequested(CancelCause.CLIENT_ASKED, at(2)));
    task.passes(DeadlineKind.PRECOMMIT, 2);
    assertThat(task.state().phase())
        .isEqualTo(new TaskPhase.Cancelled(CancelCause.CLIENT_ASKED, Counted.NOTHING));
    assertThat(task.all(TaskEffect.Penalise.class))
        .containsExactly(new TaskEffect.Penalise(node(1), NodeStage.ACKED, LossCause.NO_PRECOMMIT));
    assertThat(task.all(TaskEffect.ChooseReplacement.class)).isEmpty();

    TaskDriver lies = new TaskDriver(terms(1)).dispatched(1).acked(1);
    lies.moves(new TaskEvent.CancelRequested(CancelCause.CLIENT_ASKED, at(2)));
    lies.finished(1, 2).precommitted(1, 3).committed(1, 3);
    assertThat(lies.state().phase())
        .isEqualTo(new TaskPhase.Cancelled(CancelCause.CLIENT_ASKED, Counted.NOTHING));
  }

  @Test
  void nobodyWaitsForReplicasOfAStreamThatWasBrokenOff() {
    TaskDriver task = new TaskDriver(terms(2)).dispatched(1, 2).acked(1).acked(2);
    task.moves(new TaskEvent.CancelRequested(CancelCause.CLIENT_LEFT, at(2)));
    assertThat(task.last())
        .contains(
            new TaskEffect.CancelNode(node(2), 2, "CUT_SHORT"),
            new TaskEffect.ReleaseSlot(node(2), 2));
    task.finished(1, 2).precommitted(1, 2).committed(1, 2);
    assertThat(task.state().phase()).isEqualTo(new TaskPhase.Committed());
    assertThat(task.all(TaskEffect.Penalise.class)).isEmpty();
  }

  @Test
  void aClientThatGotNothingPaysNothing() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    task.moves(new TaskEvent.CancelRequested(CancelCause.CLIENT_LEFT, at(0)));
    assertThat(task.state().phase())
        .isEqualTo(new TaskPhase.Cancelled(CancelCause.CLIENT_LEFT, Counted.NOTHING));
    assertThat(task.last())
        .contains(
            new TaskEffect.CancelNode(node(1), 1, "cancelled"),
            new TaskEffect.ReleaseSlot(node(1), 1));
  }

  @Test
  void aClientThatLeavesWithAllOfItDoesNotKeepTheWorkFromBeingSettled() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1).finished(1, 3);
    task.rejects(
        RejectReason.TOO_LATE, new TaskEvent.CancelRequested(CancelCause.CLIENT_LEFT, at(3)));
    task.precommitted(1, 3).committed(1, 3).moves(new TaskEvent.Validated(true, ""));
    task.rejects(
        RejectReason.TOO_LATE, new TaskEvent.CancelRequested(CancelCause.CLIENT_LEFT, at(1)));
  }

  @Test
  void aClientThatStillHadToReadPaysOnlyForWhatItRead() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    task.lost(1, LossCause.CRASHED, 2).replacedBy(2).acked(2).finished(2, 5);
    task.moves(new TaskEvent.CancelRequested(CancelCause.SLOW_READER, at(1)));
    assertThat(task.all(TaskEffect.CutNode.class)).isEmpty();
    task.precommitted(2, 5).committed(2, 5).moves(new TaskEvent.Validated(true, ""));
    task.moves(new TaskEvent.ReceiptStored(digest("receipt")));
    assertThat(task.state().segments()).containsExactly(new Segment(node(1), 1, 0, 1));
    assertThat(((TaskPhase.Ended) task.state().phase()).counted()).isEqualTo(new Counted(7, 2));
  }

  @Test
  void theWholeDeadlineEndsItWhereverItIs() {
    TaskDriver queued = new TaskDriver(terms(1)).passes(DeadlineKind.TASK, 0);
    assertThat(queued.state().phase().label()).isEqualTo("failed");
    assertThat(queued.state().released()).isTrue();
    TaskDriver streaming = new TaskDriver(terms(1)).dispatched(1).acked(1);
    streaming.passes(DeadlineKind.TASK, 2);
    assertThat(streaming.state().label()).isEqualTo("failed");
    streaming.finished(1, 2).precommitted(1, 2).committed(1, 2);
    streaming.moves(new TaskEvent.Validated(true, ""));
    streaming.moves(new TaskEvent.ReceiptStored(digest("receipt")));
    assertThat(streaming.state().phase())
        .isInstanceOfSatisfying(
            TaskPhase.Failed.class,
            f -> {
              assertThat(f.code()).isEqualTo("deadline_exceeded");
              assertThat(f.counted()).isEqualTo(new Counted(7, 4));
            });
  }

  @Test
  void whatWasRevealedIsJudgedHoweverLate() {
    TaskDriver task = committed();
    assertThat(task.state().deadlines())
        .extracting(Deadline::kind)
        .containsExactly(DeadlineKind.VALIDATE);
    task.after(DEADLINE_MILLIS).moves(new TaskEvent.Validated(true, ""));
    assertThat(task.state().phase().label()).isEqualTo("validated");
  }

  @Test
  void whatDoesNotPassValidationCostsNothing() {
    TaskDriver task = committed().moves(new TaskEvent.Validated(false, "planted"));
    assertThat(task.state().phase())
        .isInstanceOfSatisfying(
            TaskPhase.Failed.class, f -> assertThat(f.counted()).isEqualTo(Counted.NOTHING));
  }

  @Test
  void onceTheClientWasToldOnlyTheReceiptIsMissing() {
    TaskDriver task = committed().moves(new TaskEvent.Validated(true, ""));
    assertThat(task.state().deadlines())
        .extracting(Deadline::kind)
        .containsOnly(DeadlineKind.RECEIPT);
    task.passes(DeadlineKind.RECEIPT, 3);
    assertThat(task.last()).contains(new TaskEffect.BuildAndStoreReceipt());
    task.rejects(RejectReason.WRONG_PHASE, new TaskEvent.Validated(false, "changed my mind"));
    task.moves(new TaskEvent.ReceiptStored(digest("receipt")));
    task.rejects(RejectReason.ALREADY_ENDED, new TaskEvent.ReceiptStored(digest("receipt")));
  }

  @Test
  void aSlotIsGivenBackOnceAndOnlyWhenAsked() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    task.rejects(RejectReason.SLOT_HELD, new TaskEvent.Released(node(1), 1));
    task.moves(new TaskEvent.CancelRequested(CancelCause.CLIENT_ASKED, at(0)));
    assertThat(task.state().released()).isFalse();
    task.moves(new TaskEvent.Released(node(1), 1));
    assertThat(task.last()).containsExactly(new TaskEffect.Forget());
    task.rejects(RejectReason.DUPLICATE, new TaskEvent.Released(node(1), 1));
  }

  @Test
  void afterARestartADurableTaskGoesOnFromWhatSurvived() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    task.moves(new TaskEvent.GatewayRestarted(true, at(2)));
    assertThat(task.all(TaskEffect.Penalise.class)).isEmpty();
    task.replacedBy(1);
    assertThat(task.last()).contains(new TaskEffect.SendOffer(node(1), 2, Role.PRIMARY, at(2)));
  }

  @Test
  void afterARestartALiveTaskFailsAndCostsNothing() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1);
    task.moves(new TaskEvent.GatewayRestarted(false, at(2)));
    assertThat(task.state().phase())
        .isInstanceOfSatisfying(
            TaskPhase.Failed.class,
            f -> {
              assertThat(f.code()).isEqualTo("gateway_restarted");
              assertThat(f.counted()).isEqualTo(Counted.NOTHING);
            });
  }

  @Test
  void afterARestartWhoIsBoundComesBackAndReveals() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1).finished(1, 3);
    task.precommitted(1, 3).moves(new TaskEvent.GatewayRestarted(true, at(3)));
    assertThat(task.state().phase().label()).isEqualTo("precommitted");
    task.moves(new TaskEvent.NodeReturned(node(1), 1, commitment(1, 3).precommit()));
    assertThat(task.last()).containsExactly(new TaskEffect.AskReveal(node(1), 1));
    task.committed(1, 3);
    assertThat(task.state().phase().label()).isEqualTo("committed");
    task.moves(new TaskEvent.GatewayRestarted(false, at(3)));
    assertThat(task.last()).contains(new TaskEffect.ValidateNow());
  }

  @Test
  void afterARestartAReceiptIsAskedForAgain() {
    TaskDriver task = committed().moves(new TaskEvent.Validated(true, ""));
    task.moves(new TaskEvent.GatewayRestarted(false, at(3)));
    assertThat(task.last()).contains(new TaskEffect.BuildAndStoreReceipt());
    assertThat(task.all(TaskEffect.TellClientFailed.class)).isEmpty();
  }

  private static TaskDriver committed() {
    TaskDriver task = new TaskDriver(terms(1)).dispatched(1).acked(1).finished(1, 3);
    return task.precommitted(1, 3).committed(1, 3);
  }
}
