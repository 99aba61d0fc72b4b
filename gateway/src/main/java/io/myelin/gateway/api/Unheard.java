package io.myelin.gateway.api;

import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskListener;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.v1.GeneratedChunk;

/** The listener of a task nobody follows: its outcome is in the journal. */
enum Unheard implements TaskListener {
  INSTANCE;

  @Override
  public void onChunk(GeneratedChunk chunk) {}

  @Override
  public void onCompleted(TaskOutcome outcome) {}

  @Override
  public void onFailed(TaskFailure failure) {}
}
