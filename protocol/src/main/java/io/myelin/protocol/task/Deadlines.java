package io.myelin.protocol.task;

import io.myelin.protocol.task.Transition.RejectReason;
import io.myelin.protocol.task.Transition.Rejected;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The task machine's answers to timers. */
final class Deadlines {
  private Deadlines() {}

  static @Nullable Rejected passed(
      TaskState state, TaskStep step, TaskEvent.DeadlinePassed event, long nowMillis) {
    Deadline deadline = state.deadline(event.kind(), event.armedId()).orElse(null);
    if (deadline == null) {
      return TaskMachine.reject(
          RejectReason.STALE_DEADLINE,
          event.kind() + " timer " + event.armedId() + " was disarmed or fired before");
    }
    if (nowMillis < deadline.atMillis()) {
      // A timer may run a little ahead of the clock: let it fire again rather than be lost.
      // Under the same id, which a search for a replacement is known by.
      step.rearm(deadline);
      return null;
    }
    Rejected rejected =
        switch (deadline.kind()) {
          case TASK -> task(state, step, deadline, event.delivered());
          case ACK -> ack(state, step, deadline);
          case STALL -> stall(state, step, deadline, event, nowMillis);
          case PRECOMMIT -> precommit(state, step, deadline);
          case COMMIT -> commit(state, step, deadline);
          case REPLACEMENT -> replacement(state, step, deadline);
          case VALIDATE -> validate(step, deadline);
          case RECEIPT -> receipt(state, step, deadline);
        };
    if (rejected == null) {
      step.advance();
    }
    return rejected;
  }

  private static @Nullable Rejected task(
      TaskState state, TaskStep step, Deadline deadline, Delivered position) {
    step.fired(deadline);
    Delivered reached = TaskMachine.atMost(state, position);
    if (!step.cutAt(reached, null)) {
      step.deliver(reached);
      Cut end = new Cut(reached, null);
      step.fail(end.code(), end.message(), end.clientFault());
    }
    return null;
  }

  private static @Nullable Rejected ack(TaskState state, TaskStep step, Deadline deadline) {
    step.fired(deadline);
    state.attempt(deadline.subject()).ifPresent(a -> step.lose(a, LossCause.NO_ACK));
    return null;
  }

  /**
   * Looks at a stream again when it would be given up, but no later than one stall from now: chunks
   * arm nothing, so one that begins and stops meanwhile is found no other way.
   */
  static void watch(TaskStep step, Assignment primary, long progressAtMillis, long nowMillis) {
    TaskTimings timings = step.timings();
    long lookAtMillis =
        Math.min(
            givenUpAtMillis(timings, primary, progressAtMillis), nowMillis + timings.stallMillis());
    step.armAt(DeadlineKind.STALL, primary.attempt(), lookAtMillis);
  }

  private static long givenUpAtMillis(
      TaskTimings timings, Assignment primary, long progressAtMillis) {
    return progressAtMillis > 0
        ? progressAtMillis + timings.stallMillis()
        : primary.ackedAtMillis() + timings.firstChunkMillis();
  }

  private static @Nullable Rejected stall(
      TaskState state,
      TaskStep step,
      Deadline deadline,
      TaskEvent.DeadlinePassed event,
      long nowMillis) {
    Assignment primary = step.attempt(deadline.subject());
    long progressAtMillis = event.lastProgressAtMillis();
    if (givenUpAtMillis(step.timings(), primary, progressAtMillis) > nowMillis) {
      step.fired(deadline);
      watch(step, primary, progressAtMillis, nowMillis);
      return null;
    }
    Rejected bad = NodeEvents.moveTo(state, step, primary, event.delivered());
    if (bad != null) {
      return bad;
    }
    step.fired(deadline);
    step.lose(primary, LossCause.STALLED);
    return null;
  }

  private static @Nullable Rejected precommit(TaskState state, TaskStep step, Deadline deadline) {
    step.fired(deadline);
    Assignment primary = state.primary().orElse(null);
    if (primary != null && !primary.bound()) {
      step.lose(primary, LossCause.NO_PRECOMMIT);
      return null;
    }
    for (Assignment a : state.live()) {
      if (!a.bound()) {
        step.lose(a, LossCause.NO_PRECOMMIT);
      }
    }
    return null;
  }

  private static @Nullable Rejected commit(TaskState state, TaskStep step, Deadline deadline) {
    step.fired(deadline);
    // Everybody who owes a reveal is out before anybody else is asked in, also when that fails.
    List<Role> missing = new ArrayList<>();
    for (Assignment a : state.live()) {
      if (a.owesReveal()) {
        step.drop(a, LossCause.NO_COMMIT);
        if (a.role() == Role.PRIMARY || step.replicaStillOfUse()) {
          missing.add(a.role());
        }
      }
    }
    for (Role role : missing) {
      if (!step.phase().ended()) {
        Searches.start(step, role);
      }
    }
    return null;
  }

  private static @Nullable Rejected replacement(TaskState state, TaskStep step, Deadline deadline) {
    step.fired(deadline);
    for (Replacement search : state.searches()) {
      if (search.requestId() == deadline.armedId()) {
        Searches.timedOut(step, search);
      }
    }
    return null;
  }

  private static @Nullable Rejected validate(TaskStep step, Deadline deadline) {
    step.fired(deadline);
    step.fail(
        "validation_timed_out", "no verdict on the answer was reached in time; try again", false);
    return null;
  }

  private static @Nullable Rejected receipt(TaskState state, TaskStep step, Deadline deadline) {
    step.fired(deadline);
    step.effect(new TaskEffect.BuildAndStoreReceipt());
    step.arm(DeadlineKind.RECEIPT, 0, state.terms().timings().receiptRetryMillis());
    return null;
  }
}
