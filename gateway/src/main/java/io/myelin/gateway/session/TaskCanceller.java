package io.myelin.gateway.session;

/** Ends tasks whose session is over. */
@FunctionalInterface
public interface TaskCanceller {

  /** As {@code TaskService.cancel}. */
  boolean cancel(String sessionId, String taskId, String reason);
}
