package io.myelin.protocol.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Watches every answer of the task machine and keeps books of its own. */
final class TaskAuditor {
  private final TaskTerms terms;
  private final Set<Long> timers = new HashSet<>();
  private final Map<Integer, Boolean> slots = new HashMap<>();
  private int toldCompleted;
  private int toldFailed;
  private int broken;
  private int forgotten;
  private int lastOffer;
  private boolean failedOver;
  private final Set<LossCause> losses = new HashSet<>();

  TaskAuditor(TaskTerms terms) {
    this.terms = terms;
  }

  boolean failedOver() {
    return failedOver;
  }

  Set<LossCause> losses() {
    return losses;
  }

  int toldClient() {
    return toldCompleted + Math.max(broken, toldFailed);
  }

  int forgotten() {
    return forgotten;
  }

  void started(Transition.Moved moved) {
    effects(moved.state(), moved, null, moved.state());
    consistent(moved.state());
  }

  void saw(TaskState before, TaskEvent event, Transition transition, Delivered streamed) {
    switch (transition) {
      case Transition.Rejected r -> assertThat(r.message()).isNotBlank();
      case Transition.Moved moved -> {
        TaskState after = moved.state();
        if (event instanceof TaskEvent.DeadlinePassed e) {
          timers.remove(e.armedId());
        }
        effects(before, moved, event, after);
        consistent(after);
        if (before.ended()) {
          assertThat(after.phase()).as("an end is final").isEqualTo(before.phase());
          assertThat(after.endedAtMillis()).isEqualTo(before.endedAtMillis());
        } else if (!after.ended()) {
          assertThat(after.delivered().continues(before.delivered()))
              .as("the stream only grows")
              .isTrue();
        }
        assertThat(after.delivered().chunks())
            .as("nobody is said to have got what was not streamed")
            .isLessThanOrEqualTo(streamed.chunks());
        if (after.ended()) {
          ended(after);
        }
      }
    }
  }

  private void effects(
      TaskState before,
      Transition.Moved moved,
      @org.jspecify.annotations.Nullable TaskEvent event,
      TaskState after) {
    boolean restart = event instanceof TaskEvent.GatewayRestarted;
    if (restart) {
      timers.clear();
    }
    for (TaskEffect effect : moved.effects()) {
      switch (effect) {
        case TaskEffect.ArmDeadline e -> assertThat(timers.add(e.armedId()) || restart).isTrue();
        case TaskEffect.DisarmDeadline e -> timers.remove(e.armedId());
        case TaskEffect.SendOffer e -> {
          assertThat(e.attempt()).isEqualTo(++lastOffer);
          assertThat(slots.put(e.attempt(), true)).isNull();
          Delivered from = e.role() == Role.PRIMARY ? after.delivered() : terms.start();
          assertThat(e.from()).as("goes on from exactly what was delivered").isEqualTo(from);
          failedOver |= e.role() == Role.PRIMARY && e.attempt() > terms.redundancy();
        }
        case TaskEffect.ReleaseSlot e -> {
          boolean wasHeld = Boolean.TRUE.equals(slots.put(e.attempt(), false));
          assertThat(wasHeld || restart).as("a slot is given back once").isTrue();
        }
        case TaskEffect.AskReveal e ->
            assertThat(after.live())
                .as("everyone is bound before anyone reveals")
                .allMatch(Assignment::bound);
        case TaskEffect.TellClientCompleted e -> toldCompleted++;
        case TaskEffect.TellClientFailed e -> {
          toldFailed++;
          assertThat(e.deliveredTokens()).isEqualTo(reached(after).tokens());
        }
        case TaskEffect.Forget e -> {
          forgotten++;
          assertThat(after.released()).isTrue();
        }
        case TaskEffect.BuildAndStoreReceipt e ->
            assertThat(after.phase()).isInstanceOf(TaskPhase.Validated.class);
        case TaskEffect.ChooseReplacement e ->
            assertThat(e.excluded())
                .as("who works already is not looked for")
                .containsAll(after.live().stream().map(Assignment::node).toList());
        case TaskEffect.Penalise e -> losses.add(e.cause());
        case TaskEffect.EndStream e -> {
          broken++;
          assertThat(e.at()).isEqualTo(reached(after));
        }
        case TaskEffect.CutNode e -> assertThat(after.cut()).isNotNull();
        case TaskEffect.CancelNode e -> {}
        case TaskEffect.TellNodeFinal e -> assertThat(e.outcome()).isEqualTo(after.phase());
        case TaskEffect.ValidateNow e ->
            assertThat(after.phase()).isInstanceOf(TaskPhase.Committed.class);
      }
    }
    for (Assignment a : after.assignments()) {
      if (a.slot() == SlotUse.MOVED) {
        slots.put(a.attempt(), false);
      }
    }
    assertThat(before.terms()).isEqualTo(after.terms());
  }

  private void consistent(TaskState state) {
    boolean validated = state.phase() instanceof TaskPhase.Validated;
    boolean completed = state.phase() instanceof TaskPhase.Completed;
    boolean cut = state.cut() != null;
    assertThat(toldCompleted).isEqualTo(!cut && (validated || completed) ? 1 : 0);
    assertThat(toldFailed).isEqualTo(state.ended() && !completed && !signed(state) ? 1 : 0);
    assertThat(broken).isEqualTo(cut ? 1 : 0);
    assertThat(state.live().stream().filter(a -> a.role() == Role.PRIMARY).count())
        .as("one primary")
        .isLessThanOrEqualTo(1);
    assertThat(state.live().stream().map(Assignment::node)).doesNotHaveDuplicates();
    assertThat(state.live().size()).isLessThanOrEqualTo(terms.redundancy());
    assertThat(state.lastAttempt()).isLessThanOrEqualTo(terms.maxAttempts());
    assertThat(state.deadlines().stream().map(Deadline::armedId).toList())
        .as("timers asked for are those of the state")
        .containsExactlyInAnyOrderElementsOf(timers);
    boolean committed = state.phase() instanceof TaskPhase.Committed;
    if (!state.ended()) {
      assertThat(state.deadlines())
          .as("every wait has an end")
          .anyMatch(
              d ->
                  switch (d.kind()) {
                    case TASK -> !validated && !cut && !committed;
                    case RECEIPT -> validated;
                    case VALIDATE -> committed;
                    case PRECOMMIT, COMMIT -> cut && !validated;
                    case ACK, STALL, REPLACEMENT -> false;
                  });
    }
    if (validated) {
      assertThat(state.deadlines())
          .as("nothing may fail it any more")
          .allMatch(d -> d.kind() == DeadlineKind.RECEIPT);
    }
    for (Assignment a : state.assignments()) {
      boolean held = a.slot() == SlotUse.HELD;
      assertThat(slots.get(a.attempt())).as("books of slots").isEqualTo(held);
      assertThat(held)
          .as("a node at work holds its slot, one that left does not")
          .isEqualTo(a.live() && !state.ended());
      if (a.commitment() != null) {
        assertThat(a.commitment().precommit()).isEqualTo(a.precommit());
      }
    }
  }

  private void ended(TaskState state) {
    TaskPhase.Ended end = (TaskPhase.Ended) state.phase();
    assertThat(state.deadlines()).isEmpty();
    assertThat(state.searches()).isEmpty();
    boolean paid = end instanceof TaskPhase.Completed || signed(state);
    assertThat(end.counted().outputTokens())
        .as("what was delivered and signed for counts, and nothing else")
        .isEqualTo(paid ? reached(state).tokens() : 0);
    int next = 0;
    List<Segment> segments = new ArrayList<>(state.segments());
    for (Segment s : segments) {
      assertThat(s.fromChunk()).as("no chunk twice, none lost: " + segments).isEqualTo(next);
      assertThat(s.toChunk()).isGreaterThan(s.fromChunk());
      next = s.toChunk();
    }
    assertThat(next).isEqualTo(reached(state).chunks());
    if (paid) {
      completed(state, end);
    } else {
      assertThat(end.counted().promptTokens()).isZero();
    }
  }

  /** Broken off, and its node committed to it. */
  private static boolean signed(TaskState state) {
    return state.phase() instanceof TaskPhase.Ended end
        && state.cut() != null
        && !end.counted().equals(Counted.NOTHING);
  }

  /** How far the client got. */
  private static Delivered reached(TaskState state) {
    Cut cut = state.cut();
    return cut == null ? state.delivered() : cut.at();
  }

  private void completed(TaskState state, TaskPhase.Ended end) {
    Assignment primary = state.primary().orElseThrow();
    Commitment commitment = primary.commitment();
    if (commitment == null) {
      throw new AssertionError("completed without the primary's commitment: " + state);
    }
    assertThat(end.counted().promptTokens()).isEqualTo(commitment.promptTokens());
    if (terms.streams()) {
      assertThat(commitment.streamHead()).isEqualTo(state.delivered().streamHead());
      assertThat(commitment.outputTokens()).isGreaterThanOrEqualTo(end.counted().outputTokens());
    }
    for (Assignment a : state.live()) {
      assertThat(a.stage()).isEqualTo(NodeStage.COMMITTED);
      assertThat(a.commitment()).isNotNull();
    }
  }
}
