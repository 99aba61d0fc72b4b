package io.myelin.protocol.nodetask;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of the machine.
 *
 * @param state the state after the event
 * @param effects what to do, in order
 * @param rejection why the event changed nothing, or null when it was allowed
 */
public record NodeTaskStep(
    NodeTaskState state, List<NodeTaskEffect> effects, @Nullable Rejection rejection) {

  /** Why an event was not allowed. */
  public enum Rejection {
    /** The task is not known here. */
    UNKNOWN_TASK,
    /** The event speaks of an attempt that is not the current one. */
    STALE_ATTEMPT,
    /** Nothing was precommitted that could be opened. */
    NOT_PRECOMMITTED,
    /** The event makes no sense in this state. */
    WRONG_STATE
  }

  /** Copies. */
  public NodeTaskStep {
    effects = List.copyOf(effects);
  }

  static NodeTaskStep to(NodeTaskState state, NodeTaskEffect... effects) {
    return new NodeTaskStep(state, List.of(effects), null);
  }

  static NodeTaskStep rejected(NodeTaskState state, Rejection why) {
    return new NodeTaskStep(state, List.of(), why);
  }
}
