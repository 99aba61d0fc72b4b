package io.myelin.protocol.nodetask;

import io.myelin.protocol.nodetask.NodeTaskEffect.CutEngine;
import io.myelin.protocol.nodetask.NodeTaskEffect.Discard;
import io.myelin.protocol.nodetask.NodeTaskEffect.Seal;
import io.myelin.protocol.nodetask.NodeTaskEffect.SendAck;
import io.myelin.protocol.nodetask.NodeTaskEffect.SendCommit;
import io.myelin.protocol.nodetask.NodeTaskEffect.SendError;
import io.myelin.protocol.nodetask.NodeTaskEffect.SendPrecommit;
import io.myelin.protocol.nodetask.NodeTaskEffect.SendRefuse;
import io.myelin.protocol.nodetask.NodeTaskEffect.StartEngine;
import io.myelin.protocol.nodetask.NodeTaskEffect.StopEngine;
import io.myelin.protocol.nodetask.NodeTaskState.Absent;
import io.myelin.protocol.nodetask.NodeTaskState.Committed;
import io.myelin.protocol.nodetask.NodeTaskState.Ended;
import io.myelin.protocol.nodetask.NodeTaskState.Precommitted;
import io.myelin.protocol.nodetask.NodeTaskState.Running;
import io.myelin.protocol.nodetask.NodeTaskState.Sealing;
import io.myelin.protocol.nodetask.NodeTaskStep.Rejection;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The transitions of a task at a compute node. Total: every event is answered in every state. */
public final class NodeTaskMachine {

  private NodeTaskMachine() {}

  /** Answers one event. */
  public static NodeTaskStep step(NodeTaskState state, NodeTaskEvent event) {
    return switch (event) {
      case NodeTaskEvent.Offered e -> offered(state, e);
      case NodeTaskEvent.Finished e ->
          switch (state) {
            case Running r when r.attempt() == e.attempt() ->
                NodeTaskStep.to(new Sealing(r.attempt()), new Seal(r.attempt()));
            default -> notNow(state, e.attempt());
          };
      case NodeTaskEvent.EngineFailed e ->
          switch (state) {
            case Running r when r.attempt() == e.attempt() ->
                NodeTaskStep.to(
                    new Ended(r.attempt()),
                    new SendError(r.attempt(), e.code(), e.message(), e.retryElsewhere()));
            default -> notNow(state, e.attempt());
          };
      case NodeTaskEvent.Sealed e ->
          switch (state) {
            case Sealing s when s.attempt() == e.attempt() ->
                NodeTaskStep.to(new Precommitted(s.attempt()), new SendPrecommit(s.attempt()));
            default -> notNow(state, e.attempt());
          };
      case NodeTaskEvent.SealFailed e ->
          switch (state) {
            case Sealing s when s.attempt() == e.attempt() ->
                NodeTaskStep.to(
                    new Ended(s.attempt()),
                    new SendError(s.attempt(), "internal", e.message(), true));
            default -> notNow(state, e.attempt());
          };
      case NodeTaskEvent.RevealAsked e -> revealAsked(state, e);
      case NodeTaskEvent.CancelAsked e ->
          switch (state) {
            case Absent a -> NodeTaskStep.rejected(a, Rejection.UNKNOWN_TASK);
            case Running r when r.primary() && e.settle() ->
                NodeTaskStep.to(r, new CutEngine(r.attempt()));
            case Running r ->
                NodeTaskStep.to(
                    new Ended(r.attempt()),
                    new StopEngine(r.attempt()),
                    new SendError(r.attempt(), "cancelled", e.reason(), false));
            // The output is complete: whether it still counts is the gateway's to say, by Reveal or
            // Final.
            case Sealing s -> NodeTaskStep.rejected(s, Rejection.WRONG_STATE);
            case Precommitted p -> NodeTaskStep.rejected(p, Rejection.WRONG_STATE);
            case Committed c -> NodeTaskStep.rejected(c, Rejection.WRONG_STATE);
            case Ended d -> NodeTaskStep.rejected(d, Rejection.WRONG_STATE);
          };
      case NodeTaskEvent.FinalTold _, NodeTaskEvent.Expired _ -> forget(state);
      case NodeTaskEvent.ConnectionLost _ ->
          switch (state) {
            // Chunks on the wire are lost and another node goes on from what was delivered.
            case Running r when r.primary() ->
                NodeTaskStep.to(new Ended(r.attempt()), new StopEngine(r.attempt()));
            default -> NodeTaskStep.to(state);
          };
      case NodeTaskEvent.TimeUp e ->
          switch (state) {
            case Running r when r.attempt() == e.attempt() ->
                NodeTaskStep.to(
                    new Ended(r.attempt()),
                    new StopEngine(r.attempt()),
                    new SendError(r.attempt(), e.code(), e.message(), true));
            default -> notNow(state, e.attempt());
          };
    };
  }

  private static NodeTaskStep offered(NodeTaskState state, NodeTaskEvent.Offered e) {
    int attempt = e.attempt();
    if (attempt == state.attempt()) {
      // The same offer again, after a lost answer: answer as before.
      switch (state) {
        case Running r -> {
          return NodeTaskStep.to(r, new SendAck(attempt));
        }
        case Sealing s -> {
          return NodeTaskStep.to(s, new SendAck(attempt));
        }
        case Precommitted p -> {
          return NodeTaskStep.to(p, new SendAck(attempt), new SendPrecommit(attempt));
        }
        case Committed c -> {
          return NodeTaskStep.to(c, new SendAck(attempt), new SendPrecommit(attempt));
        }
        case Absent _, Ended _ -> {}
      }
    }
    Refusal refusal = refusalOf(state, e);
    if (refusal != null) {
      return NodeTaskStep.to(state, new SendRefuse(attempt, refusal));
    }
    List<NodeTaskEffect> effects = new ArrayList<>();
    switch (state) {
      case Running r -> effects.add(new StopEngine(r.attempt()));
      case Sealing _, Precommitted _, Committed _ -> effects.add(new Discard());
      case Absent _, Ended _ -> {}
    }
    effects.add(new SendAck(attempt));
    effects.add(new StartEngine(attempt));
    return new NodeTaskStep(new Running(attempt, e.primary()), effects, null);
  }

  private static @Nullable Refusal refusalOf(NodeTaskState state, NodeTaskEvent.Offered e) {
    if (e.problem() != null) {
      return e.problem();
    }
    if (e.attempt() <= state.attempt()) {
      return new Refusal(
          Refusal.STALE_ATTEMPT,
          "attempt: " + e.attempt() + " (expected: > " + state.attempt() + ")");
    }
    if (e.draining()) {
      return new Refusal(Refusal.DRAINING, "the node is shutting down");
    }
    if (!e.slotFree() && !(state instanceof Running)) {
      return new Refusal(Refusal.NO_SLOT, "every slot is taken");
    }
    return null;
  }

  private static NodeTaskStep revealAsked(NodeTaskState state, NodeTaskEvent.RevealAsked e) {
    if (state instanceof Absent) {
      return NodeTaskStep.rejected(state, Rejection.UNKNOWN_TASK);
    }
    if (state.attempt() != e.attempt()) {
      return NodeTaskStep.rejected(state, Rejection.STALE_ATTEMPT);
    }
    return switch (state) {
      case Precommitted _, Committed _ ->
          NodeTaskStep.to(
              new Committed(e.attempt()), new SendCommit(e.attempt(), e.withEvidence()));
      default -> NodeTaskStep.rejected(state, Rejection.NOT_PRECOMMITTED);
    };
  }

  private static NodeTaskStep forget(NodeTaskState state) {
    return switch (state) {
      case Absent a -> NodeTaskStep.rejected(a, Rejection.UNKNOWN_TASK);
      case Running r -> NodeTaskStep.to(NodeTaskState.ABSENT, new StopEngine(r.attempt()));
      case Sealing _, Precommitted _, Committed _ ->
          NodeTaskStep.to(NodeTaskState.ABSENT, new Discard());
      case Ended _ -> NodeTaskStep.to(NodeTaskState.ABSENT);
    };
  }

  private static NodeTaskStep notNow(NodeTaskState state, int attempt) {
    if (state instanceof Absent) {
      return NodeTaskStep.rejected(state, Rejection.UNKNOWN_TASK);
    }
    return NodeTaskStep.rejected(
        state, state.attempt() == attempt ? Rejection.WRONG_STATE : Rejection.STALE_ATTEMPT);
  }
}
