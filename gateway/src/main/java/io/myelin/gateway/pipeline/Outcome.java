package io.myelin.gateway.pipeline;

import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskOutcome;

/** How a task ended, as its followers are told. */
sealed interface Outcome {
  /** Complete, verified and counted. */
  record Completed(TaskOutcome outcome) implements Outcome {}

  /** Failed or cancelled. */
  record Failed(TaskFailure failure) implements Outcome {}
}
