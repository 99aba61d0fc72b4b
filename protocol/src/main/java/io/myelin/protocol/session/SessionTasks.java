package io.myelin.protocol.session;

import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.session.SessionTransition.RejectReason;
import io.myelin.protocol.session.SessionTransition.Rejected;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** The session machine's answers to tasks. */
final class SessionTasks {
  private SessionTasks() {}

  static @Nullable Rejected hold(
      SessionState state, SessionStep step, SessionEvent.TaskHeld event, long nowMillis) {
    if (!(state.phase() instanceof SessionPhase.Active)) {
      return SessionMachine.wrongPhase(state, "a task");
    }
    TaskId task = event.taskId();
    if (state.knows(task)) {
      return SessionMachine.reject(RejectReason.DUPLICATE, "task " + task + " was admitted before");
    }
    if (event.maxCostWei().signum() < 0) {
      return SessionMachine.reject(
          RejectReason.BAD_AMOUNT, "maxCostWei: " + event.maxCostWei() + " (expected: >= 0)");
    }
    if (nowMillis >= state.terms().expiresAtMillis()) {
      return SessionMachine.reject(
          RejectReason.PAST_EXPIRY, "the session expired at " + state.terms().expiresAtMillis());
    }
    long taken = state.counted().size() + (long) state.holds().size();
    if (state.terms().maxTasks() > 0 && taken >= state.terms().maxTasks()) {
      return SessionMachine.reject(
          RejectReason.TASK_LIMIT, "all " + state.terms().maxTasks() + " tasks are used up");
    }
    if (event.maxCostWei().compareTo(state.availableWei()) > 0) {
      return SessionMachine.reject(
          RejectReason.OVER_BUDGET,
          "the task may cost "
              + event.maxCostWei()
              + " wei (available: "
              + state.availableWei()
              + ")");
    }
    step.hold(task, event.maxCostWei());
    return null;
  }

  private static Rejected notHeld(SessionState state, TaskId task) {
    return state.counted().contains(task)
        ? SessionMachine.reject(RejectReason.DUPLICATE, "task " + task + " was counted before")
        : SessionMachine.reject(
            RejectReason.NOT_HELD, "task " + task + " is not running in this session");
  }

  static @Nullable Rejected count(
      SessionState state, SessionStep step, SessionEvent.TaskCounted event) {
    BigInteger heldWei = state.holds().get(event.taskId());
    if (heldWei == null) {
      return notHeld(state, event.taskId());
    }
    if (event.costWei().signum() < 0) {
      return SessionMachine.reject(
          RejectReason.BAD_AMOUNT, "costWei: " + event.costWei() + " (expected: >= 0)");
    }
    step.count(event.taskId(), heldWei, event.costWei());
    return null;
  }

  static @Nullable Rejected drop(SessionState state, SessionStep step, TaskId task) {
    if (!state.holds().containsKey(task)) {
      return notHeld(state, task);
    }
    step.drop(task);
    return null;
  }
}
