package io.myelin.protocol.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.queue.QueueNode.Holding;
import io.myelin.protocol.queue.QueueNode.Promise;
import io.myelin.protocol.queue.QueueNode.Work;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QueueNodeTest {
  private static final Address NODE = Address.parse("0x00000000000000000000000000000000000000aa");
  private static final Address OTHER = Address.parse("0x00000000000000000000000000000000000000bb");
  private static final Digest HASH = Sha256.hash(new byte[] {1});
  private static final long NOW = 10_000;
  private static final QueueNode.Times TIMES = new QueueNode.Times(30, 600);

  private static QueueOffer offer(
      Address node, QueueStage stage, boolean primary, boolean asked, long ackDueAt) {
    return new QueueOffer(1, node, stage, primary, asked, ackDueAt, HASH, Digest.ZERO);
  }

  private static QueueTask task(QueuePhase phase, long commitDueAt, QueueOffer... offers) {
    return new QueueTask(
        TaskId.of(Digest.ZERO.bytes()),
        SessionId.of(Digest.ZERO.bytes()),
        Digest.ZERO,
        phase,
        BigInteger.ONE,
        10,
        20,
        NOW + 900,
        0,
        commitDueAt,
        phase == QueuePhase.COMMITTED ? NOW + 600 : 0,
        List.of(offers));
  }

  private static Holding holding(boolean slot, Work work, Promise... promise) {
    return new Holding(NODE, Optional.empty(), slot, work, List.of(promise).stream().findFirst());
  }

  private static QueueStep next(QueueTask task, Holding holding) {
    return QueueNode.next(task, holding, TIMES, NOW);
  }

  @Test
  void shouldWaitForASlotAndLetGoWhenAnotherNodeNeedsTheTime() {
    QueueTask fresh =
        task(QueuePhase.DISPATCHED, 0, offer(NODE, QueueStage.OFFERED, true, false, NOW + 29));
    QueueTask late =
        task(QueuePhase.DISPATCHED, 0, offer(NODE, QueueStage.OFFERED, true, false, NOW + 15));

    assertThat(next(fresh, holding(true, new Work.None()))).isEqualTo(new QueueStep.Ack(1));
    assertThat(next(fresh, holding(false, new Work.None()))).isEqualTo(new QueueStep.Rest());
    assertThat(next(late, holding(false, new Work.None())))
        .isEqualTo(new QueueStep.GiveUp(1, "no free slot"));
  }

  @Test
  void shouldRefuseWhatItCannotDo() {
    QueueTask task =
        task(QueuePhase.DISPATCHED, 0, offer(NODE, QueueStage.OFFERED, true, false, NOW + 29));
    Holding unable =
        new Holding(NODE, Optional.of("no such model"), true, new Work.None(), Optional.empty());

    assertThat(next(task, unable)).isEqualTo(new QueueStep.GiveUp(1, "no such model"));
  }

  @Test
  void shouldNotBindItselfToMoreTokensThanTheTaskHolds() {
    QueueTask task = task(QueuePhase.ACKED, 0, offer(NODE, QueueStage.ACKED, true, false, 0));

    assertThat(next(task, holding(false, new Work.None(), new Promise(1, HASH, 10, 20))))
        .isEqualTo(new QueueStep.Precommit(1, HASH));
    assertThat(next(task, holding(false, new Work.None(), new Promise(1, HASH, 11, 20))))
        .isInstanceOf(QueueStep.GiveUp.class);
    assertThat(next(task, holding(false, new Work.None(), new Promise(1, HASH, 10, 21))))
        .isInstanceOf(QueueStep.GiveUp.class);
  }

  @Test
  void shouldGiveUpWhenItsPromiseIsLost() {
    QueueTask bound =
        task(
            QueuePhase.PRECOMMITTED, NOW + 60, offer(NODE, QueueStage.PRECOMMITTED, true, true, 0));

    assertThat(next(bound, holding(true, new Work.None()))).isInstanceOf(QueueStep.GiveUp.class);
    assertThat(next(bound, holding(true, new Work.None(), new Promise(1, Digest.ZERO, 1, 1))))
        .isInstanceOf(QueueStep.GiveUp.class);
    assertThat(next(bound, holding(true, new Work.None(), new Promise(1, HASH, 1, 1))))
        .isEqualTo(new QueueStep.Reveal(1, true));
  }

  @Test
  void shouldEnforceWhatOthersAreLateWithAfterAGrace() {
    QueueOffer own = new QueueOffer(2, NODE, QueueStage.COMMITTED, false, true, 0, HASH, HASH);
    QueueOffer silent = offer(OTHER, QueueStage.PRECOMMITTED, true, true, 0);
    Holding holding = holding(false, new Work.None(), new Promise(2, HASH, 1, 1));

    assertThat(next(task(QueuePhase.PRECOMMITTED, NOW - 5, silent, own), holding))
        .isEqualTo(new QueueStep.Rest());
    assertThat(next(task(QueuePhase.PRECOMMITTED, NOW - 20, silent, own), holding))
        .isEqualTo(new QueueStep.Enforce(new Overdue(Overdue.Kind.COMMIT, 0)));
  }

  @Test
  void shouldAskForTheVerdictAsPrimaryAtOnceAndAsReplicaLater() {
    QueueOffer primary = new QueueOffer(1, OTHER, QueueStage.COMMITTED, true, true, 0, HASH, HASH);
    QueueOffer replica = new QueueOffer(2, NODE, QueueStage.COMMITTED, false, true, 0, HASH, HASH);
    QueueTask task = task(QueuePhase.COMMITTED, 0, primary, replica);
    Holding asReplica = holding(false, new Work.None(), new Promise(2, HASH, 1, 1));
    Holding asPrimary =
        new Holding(
            OTHER,
            Optional.empty(),
            false,
            new Work.None(),
            Optional.of(new Promise(1, HASH, 1, 1)));

    assertThat(next(task, asPrimary)).isEqualTo(new QueueStep.AskVerdict());
    assertThat(next(task, asReplica)).isEqualTo(new QueueStep.Rest());
    assertThat(QueueNode.next(task, asReplica, TIMES, NOW + QueueNode.GRACE_SECONDS))
        .isEqualTo(new QueueStep.AskVerdict());
  }

  @Test
  void shouldNotFailATaskThatOnlyTheVerdictIsLateFor() {
    QueueOffer primary = new QueueOffer(1, NODE, QueueStage.COMMITTED, true, true, 0, HASH, HASH);
    QueueTask task = task(QueuePhase.COMMITTED, 0, primary);

    assertThat(Overdue.in(task, NOW + 599)).isEmpty();
    assertThat(Overdue.in(task, NOW + 600)).contains(new Overdue(Overdue.Kind.VALIDATE, 0));
    assertThat(Overdue.in(task(QueuePhase.ACKED, 0), NOW + 900))
        .contains(new Overdue(Overdue.Kind.TASK, 0));
  }
}
