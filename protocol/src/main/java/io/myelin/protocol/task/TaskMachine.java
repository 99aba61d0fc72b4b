package io.myelin.protocol.task;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.task.TaskEvent.OfNode;
import io.myelin.protocol.task.Transition.RejectReason;
import io.myelin.protocol.task.Transition.Rejected;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The task machine: total over every state and event, without I/O, clock or randomness of its own.
 * An event either takes effect or is rejected with a typed reason; it never throws and ignores
 * nothing.
 */
public final class TaskMachine {
  private TaskMachine() {}

  /** An event and when it was applied, as the journal keeps it. */
  public record Stamped(long atMillis, TaskEvent event) {}

  /** A new task, queued. */
  public static Transition.Moved submit(TaskTerms terms, long nowMillis) {
    TaskState empty =
        new TaskState(
            terms,
            nowMillis,
            0,
            new TaskPhase.Queued(),
            List.of(),
            List.of(),
            terms.start(),
            null,
            null,
            List.of(),
            0,
            0,
            List.of());
    TaskStep step = new TaskStep(empty, nowMillis);
    step.armAt(DeadlineKind.TASK, 0, terms.deadlineAtMillis());
    return step.moved();
  }

  /** The state after a journal of events; rejected ones change nothing, as when they came. */
  public static TaskState replay(TaskTerms terms, long submittedAtMillis, List<Stamped> journal) {
    TaskState state = submit(terms, submittedAtMillis).state();
    for (Stamped entry : journal) {
      if (apply(state, entry.event(), entry.atMillis()) instanceof Transition.Moved moved) {
        state = moved.state();
      }
    }
    return state;
  }

  /** Answers one event. */
  public static Transition apply(TaskState state, TaskEvent event, long nowMillis) {
    TaskStep step = new TaskStep(state, nowMillis);
    boolean anytime =
        event instanceof TaskEvent.Released || event instanceof TaskEvent.GatewayRestarted;
    Rejected rejected =
        state.ended() && !anytime
            ? reject(RejectReason.ALREADY_ENDED, "the task is " + state.phase().label())
            : answer(state, step, event, nowMillis);
    return rejected != null ? rejected : step.moved();
  }

  private static @Nullable Rejected answer(
      TaskState state, TaskStep step, TaskEvent event, long nowMillis) {
    return switch (event) {
      case TaskEvent.Dispatch e -> dispatch(state, step, e);
      case TaskEvent.NoNodeAvailable e -> noNode(state, step);
      case OfNode e -> NodeEvents.apply(state, step, e, nowMillis);
      case TaskEvent.ReplacementChosen e -> replacement(state, step, e);
      case TaskEvent.NoReplacement e -> noReplacement(state, step, e);
      case TaskEvent.Validated e -> validated(state, step, e);
      case TaskEvent.ReceiptStored e -> receiptStored(state, step, e);
      case TaskEvent.CancelRequested e -> cancel(state, step, e);
      case TaskEvent.DeadlinePassed e -> Deadlines.passed(state, step, e, nowMillis);
      case TaskEvent.Released e -> released(state, step, e);
      case TaskEvent.GatewayRestarted e -> restarted(state, step, e);
    };
  }

  static Rejected reject(RejectReason reason, String message) {
    return new Rejected(reason, message);
  }

  static Rejected wrongPhase(TaskState state, String event) {
    return reject(RejectReason.WRONG_PHASE, event + " while the task is " + state.phase().label());
  }

  static @Nullable Rejected notAContinuation(TaskState state, Delivered position) {
    return position.continues(state.delivered())
        ? null
        : reject(
            RejectReason.NOT_A_CONTINUATION,
            "position " + position + " (expected: at or after " + state.delivered() + ")");
  }

  /**
   * Where an end leaves the client: before what was relayed when chunks still waited for it, never
   * beyond what a node at work can have sent.
   */
  static Delivered atMost(TaskState state, Delivered position) {
    Delivered known = state.delivered();
    boolean working =
        state.terms().streams()
            && state.primary().map(p -> p.stage() == NodeStage.ACKED).orElse(false);
    boolean earlier = position.chunks() <= known.chunks() && position.tokens() <= known.tokens();
    return earlier || (working && position.continues(known)) ? position : known;
  }

  private static @Nullable Rejected dispatch(
      TaskState state, TaskStep step, TaskEvent.Dispatch event) {
    if (!(state.phase() instanceof TaskPhase.Queued)) {
      return wrongPhase(state, "dispatch");
    }
    int wanted = state.terms().redundancy();
    List<Address> nodes = event.nodes();
    if (nodes.size() != wanted || new HashSet<>(nodes).size() != wanted) {
      return reject(
          RejectReason.WRONG_NODES, "nodes: " + nodes + " (expected: " + wanted + " distinct)");
    }
    step.phase(new TaskPhase.Dispatched());
    Role role = Role.PRIMARY;
    for (Address node : nodes) {
      step.offer(node, role);
      role = Role.REPLICA;
    }
    return null;
  }

  private static @Nullable Rejected noNode(TaskState state, TaskStep step) {
    if (!(state.phase() instanceof TaskPhase.Queued)) {
      return wrongPhase(state, "no node available");
    }
    step.fail("no_node_available", "no compute node can serve this task now; try again", false);
    return null;
  }

  private static @Nullable Replacement search(TaskState state, long requestId) {
    for (Replacement search : state.searches()) {
      if (search.requestId() == requestId) {
        return search;
      }
    }
    return null;
  }

  private static Rejected staleRequest(long requestId) {
    return reject(
        RejectReason.STALE_REQUEST, "search " + requestId + " was answered or given up before");
  }

  private static @Nullable Rejected replacement(
      TaskState state, TaskStep step, TaskEvent.ReplacementChosen event) {
    Replacement search = search(state, event.requestId());
    if (search == null) {
      return staleRequest(event.requestId());
    }
    if (excluded(state, search).contains(event.node())) {
      return reject(
          RejectReason.NODE_EXCLUDED, event.node() + " takes part already, or failed before");
    }
    step.endSearch(search);
    step.offer(event.node(), search.role());
    step.advance();
    return null;
  }

  private static List<Address> excluded(TaskState state, Replacement search) {
    return search.again() ? state.excludedForGood() : state.excluded();
  }

  private static @Nullable Rejected noReplacement(
      TaskState state, TaskStep step, TaskEvent.NoReplacement event) {
    Replacement search = search(state, event.requestId());
    if (search == null) {
      return staleRequest(event.requestId());
    }
    Searches.foundNobody(step, search);
    step.advance();
    return null;
  }

  private static @Nullable Rejected validated(
      TaskState state, TaskStep step, TaskEvent.Validated event) {
    if (!(state.phase() instanceof TaskPhase.Committed)) {
      return wrongPhase(state, "a verdict");
    }
    step.disarm(DeadlineKind.VALIDATE, 0);
    if (!event.accepted()) {
      step.fail(
          "validation_rejected", "the answer did not pass validation: " + event.reason(), false);
      return null;
    }
    // From here the client has its answer: nothing may fail the task any more.
    step.disarm(DeadlineKind.TASK, 0);
    // A replica that is still looked for would come too late to be a witness.
    step.endSearches();
    step.phase(new TaskPhase.Validated());
    if (state.cut() == null) {
      step.effect(new TaskEffect.TellClientCompleted());
    }
    step.effect(new TaskEffect.BuildAndStoreReceipt());
    step.arm(DeadlineKind.RECEIPT, 0, state.terms().timings().receiptRetryMillis());
    return null;
  }

  private static @Nullable Rejected receiptStored(
      TaskState state, TaskStep step, TaskEvent.ReceiptStored event) {
    if (!(state.phase() instanceof TaskPhase.Validated)) {
      return wrongPhase(state, "a stored receipt");
    }
    Commitment commitment = state.primary().map(Assignment::commitment).orElse(null);
    int promptTokens = commitment == null ? 0 : commitment.promptTokens();
    Cut cut = state.cut();
    step.complete(
        cut == null
            ? new TaskPhase.Completed(
                event.receiptDigest(), new Counted(promptTokens, state.delivered().tokens()))
            : cut.ending(new Counted(promptTokens, cut.at().tokens())));
    return null;
  }

  private static @Nullable Rejected cancel(
      TaskState state, TaskStep step, TaskEvent.CancelRequested event) {
    boolean streamEnded = state.result() != null && event.delivered().equals(state.delivered());
    if (state.phase() instanceof TaskPhase.Validated
        || state.phase() instanceof TaskPhase.Committed
        || streamEnded) {
      return reject(RejectReason.TOO_LATE, "all of it was delivered: it is settled, not cancelled");
    }
    if (state.cut() != null) {
      return reject(RejectReason.TOO_LATE, "it was broken off before");
    }
    Delivered position = atMost(state, event.delivered());
    if (!step.cutAt(position, event.cause())) {
      step.deliver(position);
      step.cancel(event.cause());
    }
    return null;
  }

  private static @Nullable Rejected released(
      TaskState state, TaskStep step, TaskEvent.Released event) {
    Assignment a = state.attempt(event.attempt()).orElse(null);
    if (a == null || !a.node().equals(event.node())) {
      return NodeEvents.unknownAttempt(event.node(), event.attempt());
    }
    return switch (a.slot()) {
      case HELD ->
          reject(RejectReason.SLOT_HELD, "the slot of attempt " + a.attempt() + " is in use");
      case RELEASED, MOVED ->
          reject(RejectReason.DUPLICATE, "the slot of attempt " + a.attempt() + " was given back");
      case RELEASING -> {
        step.replace(a.withSlot(SlotUse.RELEASED));
        if (state.ended()) {
          step.forgetIfReleased();
        }
        yield null;
      }
    };
  }

  /** Nothing is running any more but what nodes were already bound to. */
  private static @Nullable Rejected restarted(
      TaskState state, TaskStep step, TaskEvent.GatewayRestarted event) {
    if (state.released()) {
      return reject(RejectReason.ALREADY_ENDED, "nothing is left to recover");
    }
    for (Assignment a : state.assignments()) {
      if (a.slot() == SlotUse.RELEASING) {
        step.effect(new TaskEffect.ReleaseSlot(a.node(), a.attempt()));
      }
    }
    switch (state.phase()) {
      case TaskPhase.Ended e -> {}
      case TaskPhase.Validated e -> {
        step.effect(new TaskEffect.BuildAndStoreReceipt());
        step.rearmAll();
      }
      case TaskPhase.Committed e -> {
        step.effect(new TaskEffect.ValidateNow());
        step.rearmAll();
      }
      case TaskPhase.Queued e when event.resume() -> step.rearmAll();
      default -> {
        if (!event.resume()) {
          // Where a broken-off stream ends its client was told already.
          Cut cut = state.cut();
          step.deliver(cut != null ? cut.at() : atMost(state, event.delivered()));
          step.fail(
              "gateway_restarted",
              "the gateway restarted while the answer was on its way; ask again",
              false);
          return null;
        }
        Rejected bad = notAContinuation(state, event.delivered());
        if (bad != null) {
          return bad;
        }
        step.deliver(event.delivered());
        recover(state, step);
      }
    }
    return null;
  }

  private static void recover(TaskState state, TaskStep step) {
    step.rearmAll();
    for (Replacement search : state.searches()) {
      step.effect(
          new TaskEffect.ChooseReplacement(
              search.requestId(), search.role(), search.again(), excluded(state, search)));
    }
    for (Assignment a : state.live()) {
      if (a.stage().compareTo(NodeStage.PRECOMMITTED) < 0 && !step.phase().ended()) {
        step.lose(step.attempt(a.attempt()), LossCause.GATEWAY_RESTARTED);
      }
    }
    if (!step.phase().ended()) {
      // Whoever is bound keeps its evidence: it gets the time to come back.
      if (step.live().stream().anyMatch(Assignment::owesReveal)) {
        step.arm(DeadlineKind.COMMIT, 0, state.terms().timings().commitMillis());
      }
      step.advance();
    }
  }
}
