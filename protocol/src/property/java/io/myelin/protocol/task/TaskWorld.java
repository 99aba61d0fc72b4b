package io.myelin.protocol.task;

import static io.myelin.protocol.task.TaskFixtures.at;
import static io.myelin.protocol.task.TaskFixtures.commitment;
import static io.myelin.protocol.task.TaskFixtures.digest;
import static io.myelin.protocol.task.TaskFixtures.node;
import static io.myelin.protocol.task.TaskFixtures.result;

import io.myelin.protocol.ids.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A task with everything around it played by the test: turns actions into events, applies them and
 * lets a {@link TaskAuditor} look at every answer.
 */
final class TaskWorld {
  private static final int NODES = 6;
  private static final List<LossCause> LOSSES =
      java.util.Arrays.stream(LossCause.values()).filter(LossCause::reportable).toList();
  private static final List<CancelCause> CANCELS = List.of(CancelCause.values());

  private final TaskTerms terms;
  private final TaskAuditor auditor;
  private final List<TaskMachine.Stamped> journal = new ArrayList<>();
  private TaskState state;
  private long nowMillis = 1_000;
  private int chunks;

  TaskWorld(TaskTerms terms) {
    this.terms = terms;
    Transition.Moved moved = TaskMachine.submit(terms, nowMillis);
    state = moved.state();
    auditor = new TaskAuditor(terms);
    auditor.started(moved);
  }

  TaskState state() {
    return state;
  }

  List<TaskMachine.Stamped> journal() {
    return journal;
  }

  TaskAuditor auditor() {
    return auditor;
  }

  TaskState replay() {
    return TaskMachine.replay(terms, 1_000, journal);
  }

  void act(TaskAction action) {
    nowMillis += action.pick() % 7;
    apply(event(action));
  }

  /** No more mischief: every deadline comes, every question is answered, slots are given back. */
  void settle() {
    for (int i = 0; i < 1_000 && !state.released(); i++) {
      if (state.phase() instanceof TaskPhase.Validated) {
        apply(new TaskEvent.ReceiptStored(digest("receipt")));
      } else if (state.ended()) {
        apply(release(0));
      } else {
        Deadline next =
            state.deadlines().stream()
                .min(java.util.Comparator.comparingLong(Deadline::atMillis))
                .orElseThrow(() -> new AssertionError("waits for nothing: " + state));
        nowMillis = Math.max(nowMillis, next.atMillis());
        apply(new TaskEvent.DeadlinePassed(next.kind(), next.armedId(), at(chunks), 0));
      }
    }
  }

  private void apply(@Nullable TaskEvent event) {
    if (event == null) {
      return;
    }
    TaskState before = state;
    Transition transition = TaskMachine.apply(state, event, nowMillis);
    journal.add(new TaskMachine.Stamped(nowMillis, event));
    if (transition instanceof Transition.Moved moved) {
      state = moved.state();
    }
    auditor.saw(before, event, transition, at(chunks));
  }

  private @Nullable TaskEvent event(TaskAction action) {
    int pick = action.pick();
    Assignment a = someone(pick);
    Address who = a == null ? node(1 + pick % NODES) : a.node();
    int attempt = a == null ? 1 + pick % 3 : a.attempt();
    return switch (action.kind()) {
      case PROGRESS -> helpful(pick);
      case CHUNK -> {
        chunk();
        yield null;
      }
      case DISPATCH -> dispatch(pick);
      case DISPATCH_WRONG -> new TaskEvent.Dispatch(List.of(node(1), node(1)));
      case NO_NODE -> new TaskEvent.NoNodeAvailable();
      case ACK -> new TaskEvent.Acked(who, attempt);
      case REFUSE -> new TaskEvent.Refused(who, attempt, "no_slot", "busy", false);
      case REFUSE_CLIENT_FAULT ->
          new TaskEvent.Refused(who, attempt, "context_length_exceeded", "too long", true);
      case LOSE ->
          new TaskEvent.NodeLost(who, attempt, LOSSES.get(pick % LOSSES.size()), at(chunks));
      case NODE_FAILS ->
          new TaskEvent.NodeFailed(who, attempt, "unsupported", "cannot", true, at(chunks));
      case RETURN -> new TaskEvent.NodeReturned(who, attempt, a == null ? null : a.precommit());
      case FINISH -> new TaskEvent.StreamFinished(who, attempt, at(chunks), result(chunks));
      case FINISH_WRONG_COUNT ->
          new TaskEvent.StreamFinished(who, attempt, at(chunks), result(chunks + 1));
      case PRECOMMIT -> new TaskEvent.Precommitted(who, attempt, promise(who).precommit());
      case COMMIT -> new TaskEvent.Committed(who, attempt, promise(who), true);
      case COMMIT_BAD_REVEAL -> new TaskEvent.Committed(who, attempt, commitment(99, chunks), true);
      case COMMIT_WRONG_HEAD ->
          new TaskEvent.Committed(who, attempt, commitment(pick, chunks + 1), true);
      case COMMIT_BAD_SIGNATURE -> new TaskEvent.Committed(who, attempt, promise(who), false);
      case REPLACE -> new TaskEvent.ReplacementChosen(search(pick), node(1 + pick % NODES));
      case NO_REPLACEMENT -> new TaskEvent.NoReplacement(search(pick));
      case ACCEPT -> new TaskEvent.Validated(true, "");
      case DENY -> new TaskEvent.Validated(false, "planted");
      case RECEIPT -> new TaskEvent.ReceiptStored(digest("receipt"));
      case CANCEL ->
          new TaskEvent.CancelRequested(
              CANCELS.get(pick % CANCELS.size()), at(Math.max(0, chunks - pick % 2)));
      case TIMER -> timer(pick, true);
      case TIMER_EARLY -> timer(pick, false);
      case TIMER_STALE -> new TaskEvent.DeadlinePassed(DeadlineKind.ACK, 10_000, at(chunks), 0);
      case TIME -> {
        nowMillis += pick;
        yield null;
      }
      case RELEASE -> release(pick);
      case RESTART -> new TaskEvent.GatewayRestarted(true, at(chunks));
      case RESTART_AND_GIVE_UP ->
          new TaskEvent.GatewayRestarted(false, at(Math.max(0, chunks - pick % 2)));
      case AGAIN -> journal.isEmpty() ? null : journal.get(pick % journal.size()).event();
      case NOBODY -> new TaskEvent.Acked(node(1 + pick % NODES), 1_000 + pick);
    };
  }

  /** The event that an undisturbed task would see next. */
  private @Nullable TaskEvent helpful(int pick) {
    if (state.ended()) {
      return release(pick);
    }
    if (!state.searches().isEmpty()) {
      return new TaskEvent.ReplacementChosen(search(pick), node(1 + pick % NODES));
    }
    return switch (state.phase()) {
      case TaskPhase.Queued p -> dispatch(pick);
      case TaskPhase.Committed p -> new TaskEvent.Validated(true, "");
      case TaskPhase.Validated p -> new TaskEvent.ReceiptStored(digest("receipt"));
      default -> {
        Optional<Assignment> next =
            state.live().stream().filter(a -> a.stage() != NodeStage.COMMITTED).findFirst();
        yield next.map(this::nextOf).orElse(null);
      }
    };
  }

  private @Nullable TaskEvent nextOf(Assignment first) {
    // A replica that waits for the primary must not keep the primary from being helped, nor it the
    // replica.
    for (Assignment a : state.live()) {
      boolean streams = a.role() == Role.PRIMARY && terms.streams();
      switch (a.stage()) {
        case OFFERED -> {
          return new TaskEvent.Acked(a.node(), a.attempt());
        }
        case ACKED -> {
          if (streams && chunks < 3) {
            chunk();
            return null;
          }
          return streams
              ? new TaskEvent.StreamFinished(a.node(), a.attempt(), at(chunks), result(chunks))
              : new TaskEvent.Precommitted(a.node(), a.attempt(), promise(a.node()).precommit());
        }
        case STREAMED -> {
          return new TaskEvent.Precommitted(a.node(), a.attempt(), promise(a.node()).precommit());
        }
        case PRECOMMITTED -> {
          if (a.revealAsked()) {
            return new TaskEvent.Committed(a.node(), a.attempt(), promise(a.node()), true);
          }
        }
        case COMMITTED, GONE -> {}
      }
    }
    return new TaskEvent.Acked(first.node(), first.attempt());
  }

  /** The stream grows only while a primary is at work. */
  private void chunk() {
    boolean working =
        terms.streams()
            && !state.ended()
            && state.primary().map(p -> p.stage() == NodeStage.ACKED).orElse(false);
    if (working) {
      chunks++;
    }
  }

  /** What this node is honest about: a replica's is independent of what was streamed. */
  private Commitment promise(Address who) {
    boolean primary = state.liveAt(who).map(a -> a.role() == Role.PRIMARY).orElse(false);
    int number = who.bytes()[19];
    return primary ? commitment(number, state.delivered()) : commitment(number, 50);
  }

  private TaskEvent dispatch(int pick) {
    List<Address> nodes = new ArrayList<>();
    for (int i = 0; i < terms.redundancy(); i++) {
      nodes.add(node(1 + (pick + i) % NODES));
    }
    return new TaskEvent.Dispatch(nodes);
  }

  private @Nullable Assignment someone(int pick) {
    List<Assignment> from = pick % 4 == 0 ? state.assignments() : state.live();
    return from.isEmpty() ? null : from.get(pick / 4 % from.size());
  }

  private long search(int pick) {
    return state.searches().isEmpty()
        ? 1 + pick % 5
        : state.searches().get(pick % state.searches().size()).requestId();
  }

  private @Nullable TaskEvent timer(int pick, boolean due) {
    if (state.deadlines().isEmpty()) {
      return null;
    }
    Deadline d = state.deadlines().get(pick % state.deadlines().size());
    // The whole task's deadline would end most histories before anything happened.
    if (d.kind() == DeadlineKind.TASK && pick % 5 != 0) {
      return null;
    }
    if (due) {
      nowMillis = Math.max(nowMillis, d.atMillis());
    }
    return new TaskEvent.DeadlinePassed(
        d.kind(), d.armedId(), at(chunks), pick % 3 == 0 ? nowMillis - 10 : 0);
  }

  private @Nullable TaskEvent release(int pick) {
    List<Assignment> due =
        state.assignments().stream().filter(a -> a.slot() == SlotUse.RELEASING).toList();
    if (due.isEmpty()) {
      return state.assignments().isEmpty()
          ? null
          : new TaskEvent.Released(
              state.assignments().getFirst().node(), state.assignments().getFirst().attempt());
    }
    Assignment a = due.get(pick % due.size());
    return new TaskEvent.Released(a.node(), a.attempt());
  }
}
