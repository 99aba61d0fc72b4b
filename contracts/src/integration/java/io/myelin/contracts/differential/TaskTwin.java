package io.myelin.contracts.differential;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.task.Assignment;
import io.myelin.protocol.task.Deadline;
import io.myelin.protocol.task.DeadlineKind;
import io.myelin.protocol.task.Delivered;
import io.myelin.protocol.task.LossCause;
import io.myelin.protocol.task.Replacement;
import io.myelin.protocol.task.TaskEvent;
import io.myelin.protocol.task.TaskMachine;
import io.myelin.protocol.task.TaskPhase;
import io.myelin.protocol.task.TaskState;
import io.myelin.protocol.task.TaskTerms;
import io.myelin.protocol.task.TaskTimings;
import io.myelin.protocol.task.Transition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Java's machine of one task, with the shell that the contract is for itself: searches are answered
 * at once by the next node of the draw, and what was accepted is stored at once.
 */
final class TaskTwin {
  /** As in {@code Parameters}; Java has two timers where a chain without streams needs one. */
  private static final TaskTimings TIMINGS =
      new TaskTimings(30_000, 1, 1, 299_999, 60_000, 1, 600_000, 1);

  private static final int MAX_ATTEMPTS = 8;

  private final TaskId id;
  private final List<Address> order;
  private final int redundancy;
  private TaskState state;
  private int next;

  /**
   * A task that was just queued.
   *
   * @param order the session's nodes in the order of the task's draw
   */
  TaskTwin(
      SessionId session,
      TaskId id,
      List<Address> order,
      int redundancy,
      long deadlineAtSeconds,
      long nowSeconds) {
    this.id = id;
    this.order = List.copyOf(order);
    this.redundancy = redundancy;
    TaskTerms terms =
        new TaskTerms(
            id,
            session,
            redundancy,
            false,
            deadlineAtSeconds * 1_000,
            MAX_ATTEMPTS,
            new Delivered(0, 0, Digest.ZERO, Digest.ZERO),
            TIMINGS);
    state = TaskMachine.submit(terms, nowSeconds * 1_000).state();
  }

  TaskId id() {
    return id;
  }

  TaskState state() {
    return state;
  }

  /** Who was lost by the last event, in the order of attempts. */
  record Lost(int attempt, LossCause cause) {}

  /** Draws nodes and offers the task to the first. */
  Optional<String> assign(long nowSeconds) {
    Optional<String> rejection =
        apply(new TaskEvent.Dispatch(order.subList(0, redundancy)), nowSeconds);
    if (rejection.isEmpty()) {
      next = redundancy;
    }
    return rejection;
  }

  /** The armed deadline's event; one that was never armed when there is none. */
  TaskEvent deadline(DeadlineKind kind, int attempt) {
    long armedId =
        state.deadlines().stream()
            .filter(d -> d.kind() == kind)
            .filter(d -> kind != DeadlineKind.ACK || d.subject() == attempt)
            .mapToLong(Deadline::armedId)
            .findFirst()
            .orElse(-1);
    return new TaskEvent.DeadlinePassed(kind, armedId, state.delivered(), 0);
  }

  /** Whether that deadline stands but has not passed: Java arms it again, the contract says so. */
  boolean early(DeadlineKind kind, int attempt, long nowSeconds) {
    return deadline(kind, attempt) instanceof TaskEvent.DeadlinePassed passed
        && state
            .deadline(kind, passed.armedId())
            .map(d -> d.atMillis() > nowSeconds * 1_000)
            .orElse(false);
  }

  /** Whether the machine would let an event in now; nothing happens. */
  boolean takes(TaskEvent event, long nowSeconds) {
    return TaskMachine.apply(state, event, nowSeconds * 1_000) instanceof Transition.Moved;
  }

  /** Applies an event and answers what it asks for; the contract's error when it is rejected. */
  Optional<String> apply(TaskEvent event, long nowSeconds) {
    Optional<String> rejection = step(event, nowSeconds);
    if (rejection.isPresent()) {
      return rejection;
    }
    while (!state.searches().isEmpty() && !state.ended()) {
      Replacement search = state.searches().getFirst();
      mustMove(
          next < order.size()
              ? new TaskEvent.ReplacementChosen(search.requestId(), order.get(next++))
              : new TaskEvent.NoReplacement(search.requestId()),
          nowSeconds);
    }
    if (state.phase() instanceof TaskPhase.Validated) {
      mustMove(new TaskEvent.ReceiptStored(Words.hash(id)), nowSeconds);
    }
    return Optional.empty();
  }

  private void mustMove(TaskEvent event, long nowSeconds) {
    Optional<String> rejection = step(event, nowSeconds);
    if (rejection.isPresent()) {
      throw new AssertionError("Java refuses what it asked for: " + event + ": " + rejection);
    }
  }

  private Optional<String> step(TaskEvent event, long nowSeconds) {
    return switch (TaskMachine.apply(state, event, nowSeconds * 1_000)) {
      case Transition.Rejected(Transition.RejectReason reason, String _) ->
          Optional.of(TaskTranslation.error(reason));
      case Transition.Moved moved -> {
        state = moved.state();
        yield Optional.empty();
      }
    };
  }

  /** Who is out now and was not in {@code before}. */
  List<Lost> lostSince(@Nullable TaskState before) {
    List<Lost> lost = new ArrayList<>();
    for (Assignment a : state.assignments()) {
      LossCause cause = a.goneCause();
      boolean was =
          before != null
              && before.attempt(a.attempt()).map(old -> old.goneCause() != null).orElse(false);
      if (cause != null && !was) {
        lost.add(new Lost(a.attempt(), cause));
      }
    }
    return lost;
  }
}
