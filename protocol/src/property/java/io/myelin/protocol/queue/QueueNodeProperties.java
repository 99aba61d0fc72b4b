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
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/**
 * A node that is killed at any moment, whose transactions come late or never, and whose engine may
 * fail: it never binds itself to two things, never reveals without being bound, and with nothing in
 * its way it ends by having revealed.
 */
class QueueNodeProperties {
  private static final Address NODE = Address.parse("0x00000000000000000000000000000000000000aa");
  private static final long NOW = 1_000;
  private static final QueueNode.Times TIMES = new QueueNode.Times(30, 600);

  /** What happens between two looks. */
  enum Act {
    LOOK,
    LAND,
    KILL,
    DONE,
    FAIL,
    PROMOTE
  }

  /** The contract's side of one task, as far as one node sees it, and the node's disk. */
  private static final class World {
    private final List<QueueOffer> offers = new ArrayList<>();
    private final Map<Integer, Digest> bound = new HashMap<>();
    private Optional<QueueStep> flying = Optional.empty();
    private Optional<Promise> disk = Optional.empty();
    private Work work = new Work.None();
    private int runs;

    World() {
      offer(false);
    }

    private void offer(boolean primary) {
      offers.add(
          new QueueOffer(
              offers.size() + 1,
              NODE,
              QueueStage.OFFERED,
              primary,
              false,
              NOW + 30,
              Digest.ZERO,
              Digest.ZERO));
    }

    private QueueOffer mine() {
      return offers.getLast();
    }

    private void stage(QueueStage stage, Digest precommit, boolean asked) {
      QueueOffer old = mine();
      offers.set(
          offers.size() - 1,
          new QueueOffer(
              old.attempt(),
              NODE,
              stage,
              old.primary(),
              asked,
              stage == QueueStage.OFFERED ? old.ackDueAtSeconds() : 0,
              precommit,
              Digest.ZERO));
    }

    private QueueTask task() {
      QueuePhase phase =
          switch (mine().stage()) {
            case OFFERED -> QueuePhase.DISPATCHED;
            case ACKED -> QueuePhase.ACKED;
            case PRECOMMITTED -> QueuePhase.PRECOMMITTED;
            case COMMITTED -> QueuePhase.COMMITTED;
            case GONE -> QueuePhase.FAILED;
          };
      return new QueueTask(
          TaskId.of(Digest.ZERO.bytes()),
          SessionId.of(Digest.ZERO.bytes()),
          Digest.ZERO,
          phase,
          BigInteger.TEN,
          100,
          100,
          NOW + 900,
          0,
          0,
          phase == QueuePhase.COMMITTED ? NOW + 600 : 0,
          offers);
    }

    private QueueStep next() {
      return QueueNode.next(
          task(), new Holding(NODE, Optional.empty(), true, work, disk), TIMES, NOW);
    }

    void act(Act act) {
      switch (act) {
        case LOOK -> look();
        case LAND -> {
          flying.ifPresent(this::land);
          flying = Optional.empty();
        }
        case KILL -> work = new Work.None();
        case DONE -> {
          if (work instanceof Work.Running) {
            seal(mine().attempt());
            work = new Work.None();
          }
        }
        case FAIL -> {
          if (work instanceof Work.Running) {
            work = new Work.Failed("on purpose");
          }
        }
        case PROMOTE -> {
          boolean replica = !mine().primary() && !mine().revealAsked();
          if (replica && mine().stage() != QueueStage.GONE) {
            flying = Optional.empty();
            stage(QueueStage.GONE, mine().precommit(), false);
            offer(true);
          }
        }
      }
    }

    /** One promise an attempt: what is on disk for it is never written over. */
    private void seal(int attempt) {
      if (disk.filter(promise -> promise.attempt() == attempt).isEmpty()) {
        Digest salted = Sha256.hash(("salt " + runs++).getBytes(StandardCharsets.UTF_8));
        disk = Optional.of(new Promise(attempt, salted, 7, 9));
      }
    }

    private void look() {
      QueueStep step = next();
      switch (step) {
        case QueueStep.Run _ -> work = new Work.Running();
        case QueueStep.Reseal(int attempt) -> seal(attempt);
        case QueueStep.Precommit(int attempt, Digest hash) -> {
          Digest before = bound.putIfAbsent(attempt, hash);
          assertThat(before == null || before.equals(hash)).as("bound twice").isTrue();
          flying = Optional.of(step);
        }
        case QueueStep.Reveal(int attempt, boolean withOutput) -> {
          assertThat(mine().revealAsked()).as("asked to reveal").isTrue();
          assertThat(withOutput).isEqualTo(mine().primary());
          assertThat(disk.orElseThrow().precommit()).isEqualTo(mine().precommit());
          assertThat(disk.orElseThrow().attempt()).isEqualTo(attempt);
          flying = Optional.of(step);
        }
        case QueueStep.Ack _, QueueStep.GiveUp _ -> flying = Optional.of(step);
        case QueueStep.Rest _, QueueStep.Forget _, QueueStep.AskVerdict _, QueueStep.Enforce _ -> {}
      }
    }

    /** As the contract does; what came too late is refused. */
    private void land(QueueStep step) {
      switch (step) {
        case QueueStep.Ack(int attempt) when isAt(attempt, QueueStage.OFFERED) ->
            stage(QueueStage.ACKED, Digest.ZERO, false);
        case QueueStep.Precommit(int attempt, Digest hash) when isAt(attempt, QueueStage.ACKED) ->
            stage(QueueStage.PRECOMMITTED, hash, true);
        case QueueStep.Reveal(int attempt, _) when isAt(attempt, QueueStage.PRECOMMITTED) ->
            stage(QueueStage.COMMITTED, mine().precommit(), true);
        case QueueStep.GiveUp(int attempt, _) when attempt == mine().attempt() ->
            stage(QueueStage.GONE, mine().precommit(), mine().revealAsked());
        default -> {}
      }
    }

    private boolean isAt(int attempt, QueueStage stage) {
      return attempt == mine().attempt() && mine().stage() == stage;
    }
  }

  @Property(tries = 3000)
  void aNodeKeepsItsWordWhateverHappens(@ForAll @Size(max = 60) List<Act> history) {
    World world = new World();
    history.forEach(world::act);

    boolean failed = history.contains(Act.FAIL);
    for (int i = 0; i < 20; i++) {
      world.act(Act.LOOK);
      world.act(Act.LAND);
      world.act(Act.DONE);
    }
    if (failed) {
      assertThat(world.mine().stage()).isIn(QueueStage.COMMITTED, QueueStage.GONE);
    } else {
      assertThat(world.mine().stage()).isEqualTo(QueueStage.COMMITTED);
      assertThat(world.next())
          .isEqualTo(world.mine().primary() ? new QueueStep.AskVerdict() : new QueueStep.Rest());
    }
  }
}
