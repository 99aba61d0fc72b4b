package io.myelin.protocol.nodetask;

import org.jspecify.annotations.Nullable;

/** What can happen to a task at a compute node. */
public sealed interface NodeTaskEvent {

  /**
   * The gateway offers the task.
   *
   * @param attempt number of the offer, from 1
   * @param primary whether chunks are wanted
   * @param slotFree whether a slot is free, not counting one this task holds already
   * @param draining whether the node takes nothing new
   * @param problem what is wrong with the offer itself, or null
   */
  record Offered(
      int attempt, boolean primary, boolean slotFree, boolean draining, @Nullable Refusal problem)
      implements NodeTaskEvent {
    /** Checks the attempt. */
    public Offered {
      if (attempt < 1) {
        throw new IllegalArgumentException("attempt: " + attempt + " (expected: >= 1)");
      }
    }
  }

  /** The engine finished the output of this attempt. */
  record Finished(int attempt) implements NodeTaskEvent {}

  /** The engine gave up on this attempt. */
  record EngineFailed(int attempt, String code, String message, boolean retryElsewhere)
      implements NodeTaskEvent {}

  /** Evidence and precommit of this attempt are on disk. */
  record Sealed(int attempt) implements NodeTaskEvent {}

  /** Evidence of this attempt could not be written. */
  record SealFailed(int attempt, String message) implements NodeTaskEvent {}

  /** The gateway asks to open the precommit. */
  record RevealAsked(int attempt, boolean withEvidence) implements NodeTaskEvent {}

  /**
   * The gateway wants the work stopped.
   *
   * @param settle whether the node is to commit to what it sent: the client pays for what it got
   */
  record CancelAsked(String reason, boolean settle) implements NodeTaskEvent {}

  /** The gateway has recorded the outcome. */
  record FinalTold() implements NodeTaskEvent {}

  /** The stream to the gateway is gone. */
  record ConnectionLost() implements NodeTaskEvent {}

  /** Time for the work itself is over: the task's deadline, or the node's when it drains. */
  record TimeUp(int attempt, String code, String message) implements NodeTaskEvent {}

  /** Kept for as long as promised, and nobody asked. */
  record Expired() implements NodeTaskEvent {}
}
