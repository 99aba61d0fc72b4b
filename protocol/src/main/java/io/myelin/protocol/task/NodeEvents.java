package io.myelin.protocol.task;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.nodetask.Refusal;
import io.myelin.protocol.task.TaskEvent.OfNode;
import io.myelin.protocol.task.Transition.RejectReason;
import io.myelin.protocol.task.Transition.Rejected;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The task machine's answers to what nodes say and do. */
final class NodeEvents {
  private NodeEvents() {}

  static Rejected unknownAttempt(Address node, int attempt) {
    return TaskMachine.reject(
        RejectReason.UNKNOWN_ATTEMPT, "no offer " + attempt + " went to " + node);
  }

  static @Nullable Rejected apply(TaskState state, TaskStep step, OfNode event, long nowMillis) {
    Assignment a = state.attempt(event.attempt()).orElse(null);
    if (a == null || !a.node().equals(event.node())) {
      return unknownAttempt(event.node(), event.attempt());
    }
    if (!a.live()) {
      return TaskMachine.reject(
          RejectReason.NODE_GONE,
          "attempt " + a.attempt() + " of " + a.node() + " was given up: " + a.goneCause());
    }
    Rejected rejected =
        switch (event) {
          case TaskEvent.Acked e -> acked(state, step, a, nowMillis);
          case TaskEvent.Refused e -> refused(state, step, a, e);
          case TaskEvent.NodeLost e -> lost(state, step, a, e.cause(), e.delivered());
          case TaskEvent.NodeFailed e -> failed(state, step, a, e);
          case TaskEvent.NodeReturned e -> returned(step, a, e);
          case TaskEvent.StreamFinished e -> finished(state, step, a, e);
          case TaskEvent.Precommitted e -> precommitted(state, step, a, e);
          case TaskEvent.Committed e -> committed(state, step, a, e);
        };
    if (rejected == null) {
      step.advance();
    }
    return rejected;
  }

  private static Rejected outOfOrder(Assignment a, String what) {
    return TaskMachine.reject(
        RejectReason.OUT_OF_ORDER,
        what + " from attempt " + a.attempt() + ", which is " + a.stage());
  }

  private static Rejected duplicate(Assignment a, String what) {
    return TaskMachine.reject(
        RejectReason.DUPLICATE, "attempt " + a.attempt() + " said before: " + what);
  }

  private static @Nullable Rejected acked(
      TaskState state, TaskStep step, Assignment a, long nowMillis) {
    if (a.stage() != NodeStage.OFFERED) {
      return duplicate(a, "ack");
    }
    Assignment working = a.acked(nowMillis);
    step.replace(working);
    step.disarm(DeadlineKind.ACK, a.attempt());
    if (a.role() == Role.PRIMARY) {
      TaskTimings timings = state.terms().timings();
      if (state.terms().streams()) {
        Deadlines.watch(step, working, 0, nowMillis);
      } else {
        step.arm(DeadlineKind.PRECOMMIT, 0, timings.firstChunkMillis() + timings.precommitMillis());
      }
    }
    return null;
  }

  private static @Nullable Rejected refused(
      TaskState state, TaskStep step, Assignment a, TaskEvent.Refused event) {
    if (a.stage() != NodeStage.OFFERED) {
      return outOfOrder(a, "a refusal");
    }
    if (event.clientFault() && believed(state, a)) {
      step.fail(event.code(), event.message(), true);
    } else {
      boolean busy = event.code().equals(Refusal.NO_SLOT);
      step.lose(a, busy ? LossCause.BUSY : LossCause.REFUSED);
    }
    return null;
  }

  /**
   * Once the client was given text, a node that says the request is wrong only speaks for itself.
   */
  private static boolean believed(TaskState state, Assignment a) {
    return a.role() == Role.PRIMARY && state.delivered().chunks() == 0;
  }

  private static @Nullable Rejected lost(
      TaskState state, TaskStep step, Assignment a, LossCause cause, Delivered position) {
    if (a.stage() == NodeStage.COMMITTED) {
      return TaskMachine.reject(
          RejectReason.DUPLICATE, "attempt " + a.attempt() + " has done all of its work");
    }
    if (a.role() == Role.PRIMARY) {
      Rejected bad = moveTo(state, step, a, position);
      if (bad != null) {
        return bad;
      }
    }
    step.lose(a, cause);
    return null;
  }

  /** Takes over how far the primary got; once its stream ended nothing can be added. */
  static @Nullable Rejected moveTo(
      TaskState state, TaskStep step, Assignment a, Delivered position) {
    Rejected bad = TaskMachine.notAContinuation(state, position);
    if (bad == null
        && (a.stage() != NodeStage.ACKED || !state.terms().streams())
        && !position.equals(state.delivered())) {
      bad =
          TaskMachine.reject(
              RejectReason.NOT_A_CONTINUATION,
              "position " + position + " from a node that is " + a.stage());
    }
    if (bad == null) {
      step.deliver(position);
    }
    return bad;
  }

  private static @Nullable Rejected failed(
      TaskState state, TaskStep step, Assignment a, TaskEvent.NodeFailed event) {
    boolean nothingYet = event.delivered().chunks() == 0 && !a.bound();
    if (nothingYet && believed(state, a) && a.stage() != NodeStage.STREAMED) {
      step.fail(event.code(), event.message(), event.clientFault());
      return null;
    }
    return lost(state, step, a, LossCause.FAILED, event.delivered());
  }

  private static @Nullable Rejected returned(
      TaskStep step, Assignment a, TaskEvent.NodeReturned event) {
    if (!a.bound()) {
      return outOfOrder(a, "a return");
    }
    if (!Objects.equals(a.precommit(), event.precommit())) {
      if (a.stage() == NodeStage.COMMITTED) {
        return duplicate(a, "all of it");
      }
      step.lose(a, LossCause.BAD_REVEAL);
      return null;
    }
    if (a.owesReveal()) {
      if (step.live().stream().allMatch(Assignment::bound)) {
        step.effect(new TaskEffect.AskReveal(a.node(), a.attempt()));
      } else {
        // A primary was replaced meanwhile and is not bound yet: ask when all are.
        step.replace(a.revealWithdrawn());
      }
    }
    return null;
  }

  private static @Nullable Rejected finished(
      TaskState state, TaskStep step, Assignment a, TaskEvent.StreamFinished event) {
    if (a.role() != Role.PRIMARY || !state.terms().streams()) {
      return TaskMachine.reject(
          RejectReason.NOT_PRIMARY, "attempt " + a.attempt() + " was not to send a stream");
    }
    if (a.stage() == NodeStage.OFFERED) {
      return outOfOrder(a, "the stream's end");
    }
    if (a.stage() != NodeStage.ACKED) {
      return duplicate(a, "the stream's end");
    }
    Rejected bad = moveTo(state, step, a, event.delivered());
    if (bad != null) {
      return bad;
    }
    if (event.result().outputTokens() != event.delivered().tokens()) {
      step.lose(a, LossCause.WRONG_COUNT);
      return null;
    }
    step.replace(a.at(NodeStage.STREAMED));
    step.result(event.result());
    step.disarm(DeadlineKind.STALL, a.attempt());
    step.arm(DeadlineKind.PRECOMMIT, 0, state.terms().timings().precommitMillis());
    step.endSearches();
    return null;
  }

  private static @Nullable Rejected precommitted(
      TaskState state, TaskStep step, Assignment a, TaskEvent.Precommitted event) {
    if (a.bound()) {
      return duplicate(a, "a precommit; it cannot be changed");
    }
    NodeStage from =
        a.role() == Role.PRIMARY && state.terms().streams() ? NodeStage.STREAMED : NodeStage.ACKED;
    if (a.stage() != from) {
      return outOfOrder(a, "a precommit");
    }
    step.replace(a.precommitted(event.hash()));
    return null;
  }

  private static @Nullable Rejected committed(
      TaskState state, TaskStep step, Assignment a, TaskEvent.Committed event) {
    if (a.stage() == NodeStage.COMMITTED) {
      return duplicate(a, "its reveal");
    }
    if (!a.bound()) {
      return outOfOrder(a, "a reveal");
    }
    if (!a.revealAsked()) {
      return TaskMachine.reject(
          RejectReason.REVEAL_NOT_ASKED,
          "attempt " + a.attempt() + " revealed before every node was bound");
    }
    LossCause broken = whatIsWrong(state, a, event);
    if (broken != null) {
      step.lose(a, broken);
    } else {
      step.replace(a.committed(event.commitment()));
    }
    return null;
  }

  private static @Nullable LossCause whatIsWrong(
      TaskState state, Assignment a, TaskEvent.Committed event) {
    Commitment c = event.commitment();
    if (!c.precommit().equals(a.precommit())) {
      return LossCause.BAD_REVEAL;
    }
    if (!event.signatureValid()) {
      return LossCause.BAD_SIGNATURE;
    }
    if (a.role() == Role.REPLICA || !state.terms().streams()) {
      return null;
    }
    if (!c.streamHead().equals(state.delivered().streamHead())
        || !c.outputDigest().equals(state.delivered().textDigest())) {
      return LossCause.WRONG_HEAD;
    }
    StreamResult result = state.result();
    boolean sameCounts =
        result != null
            && c.outputTokens() == state.delivered().tokens()
            && c.promptTokens() == result.promptTokens()
            && c.finishReason().equals(result.finishReason());
    return sameCounts ? null : LossCause.WRONG_COUNT;
  }
}
