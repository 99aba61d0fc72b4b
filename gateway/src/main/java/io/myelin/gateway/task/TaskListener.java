package io.myelin.gateway.task;

import io.myelin.v1.GeneratedChunk;

/**
 * Follows one task. Calls come one after another, never at the same time, and must not block.
 * Chunks come only as far as {@link TaskTicket#request} allowed. Exactly one of {@code onCompleted}
 * and {@code onFailed} ends it.
 */
public interface TaskListener {

  /** A compute node began: the prompt fits and the model runs. May come again after a failover. */
  default void onStarted() {}

  /** The next piece of the one unbroken stream. */
  void onChunk(GeneratedChunk chunk);

  /** Complete, verified and counted. */
  void onCompleted(TaskOutcome outcome);

  /** Failed or cancelled; nothing more comes. */
  void onFailed(TaskFailure failure);
}
