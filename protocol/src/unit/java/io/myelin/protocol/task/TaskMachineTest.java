package io.myelin.protocol.task;

import static io.myelin.protocol.task.TaskFixtures.at;
import static io.myelin.protocol.task.TaskFixtures.commitment;
import static io.myelin.protocol.task.TaskFixtures.digest;
import static io.myelin.protocol.task.TaskFixtures.node;
import static io.myelin.protocol.task.TaskFixtures.terms;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The way of a task that nothing disturbs. */
final class TaskMachineTest {

  @Test
  void oneNodeFromQueueToReceipt() {
    TaskDriver task = new TaskDriver(terms(1));
    assertThat(task.state().phase().label()).isEqualTo("queued");
    task.dispatched(1);
    assertThat(task.state().phase().label()).isEqualTo("dispatched");
    assertThat(task.last())
        .contains(new TaskEffect.SendOffer(node(1), 1, Role.PRIMARY, at(0)))
        .hasAtLeastOneElementOfType(TaskEffect.ArmDeadline.class);
    task.acked(1);
    assertThat(task.state().phase().label()).isEqualTo("acked");
    task.finished(1, 3);
    assertThat(task.state().phase().label()).isEqualTo("acked");
    task.precommitted(1, 3);
    assertThat(task.state().phase().label()).isEqualTo("precommitted");
    assertThat(task.last()).contains(new TaskEffect.AskReveal(node(1), 1));
    task.committed(1, 3);
    assertThat(task.state().phase().label()).isEqualTo("committed");
    assertThat(task.last()).contains(new TaskEffect.ValidateNow());
    task.moves(new TaskEvent.Validated(true, ""));
    assertThat(task.state().phase().label()).isEqualTo("validated");
    assertThat(task.last())
        .contains(new TaskEffect.TellClientCompleted(), new TaskEffect.BuildAndStoreReceipt());
    task.moves(new TaskEvent.ReceiptStored(digest("receipt")));
    assertThat(task.state().phase())
        .isEqualTo(new TaskPhase.Completed(digest("receipt"), new Counted(7, 6)));
    assertThat(task.state().segments()).containsExactly(new Segment(node(1), 1, 0, 3));
    assertThat(task.state().deadlines()).isEmpty();
    assertThat(task.state().released()).isFalse();
    task.releasesSlots();
    assertThat(task.state().released()).isTrue();
    assertThat(task.last()).containsExactly(new TaskEffect.Forget());
    assertThat(task.replayed()).isEqualTo(task.state());
  }

  @Test
  void nobodyIsAskedToRevealBeforeEveryoneIsBound() {
    TaskDriver task = new TaskDriver(terms(3)).dispatched(1, 2, 3).acked(1).acked(2).acked(3);
    task.precommitted(2, 3).finished(1, 3).precommitted(1, 3);
    assertThat(task.all(TaskEffect.AskReveal.class)).isEmpty();
    assertThat(task.state().phase().label()).isEqualTo("acked");
    task.rejects(
        Transition.RejectReason.REVEAL_NOT_ASKED,
        new TaskEvent.Committed(node(2), 2, commitment(2, 3), true));
    task.precommitted(3, 3);
    assertThat(task.all(TaskEffect.AskReveal.class))
        .extracting(TaskEffect.AskReveal::node)
        .containsExactly(node(1), node(2), node(3));
    task.committed(3, 3).committed(1, 3).committed(2, 3);
    assertThat(task.last()).contains(new TaskEffect.ValidateNow());
  }

  @Test
  void anEmbeddingIsHandedOverWhole() {
    TaskDriver task = new TaskDriver(terms(1, false)).dispatched(1).acked(1);
    task.precommitted(1, 0).committed(1, 0).moves(new TaskEvent.Validated(true, ""));
    task.moves(new TaskEvent.ReceiptStored(digest("receipt"))).releasesSlots();
    assertThat(task.state().phase())
        .isEqualTo(new TaskPhase.Completed(digest("receipt"), new Counted(7, 0)));
  }

  @Test
  void aReplicasDifferentAnswerIsKeptForTheJudge() {
    TaskDriver task = new TaskDriver(terms(2)).dispatched(1, 2).acked(1).acked(2);
    task.precommitted(2, 5).finished(1, 3).precommitted(1, 3).committed(1, 3).committed(2, 5);
    assertThat(task.state().phase().label()).isEqualTo("committed");
    assertThat(task.state().live()).extracting(Assignment::stage).containsOnly(NodeStage.COMMITTED);
    assertThat(List.copyOf(task.all(TaskEffect.Penalise.class))).isEmpty();
  }
}
