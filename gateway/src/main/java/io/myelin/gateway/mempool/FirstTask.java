package io.myelin.gateway.mempool;

import io.myelin.protocol.ids.TaskId;

/** Runs the task that a session's request brought along. */
@FunctionalInterface
public interface FirstTask {
  /**
   * Takes it in, as an asynchronous task; what is wrong with it is its client's to see.
   *
   * @param json as {@code POST …/tasks} takes it
   */
  void submit(String sessionId, TaskId id, String json);
}
