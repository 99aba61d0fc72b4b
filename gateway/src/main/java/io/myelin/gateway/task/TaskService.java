package io.myelin.gateway.task;

import java.util.Optional;

/**
 * The one task pipeline behind every front (OpenAI HTTP, native HTTP, WebSocket, gRPC). A front
 * translates its own format into a {@link Submission} and a {@link TaskListener}; it decides
 * nothing else.
 */
public interface TaskService {

  /**
   * Takes a task in. For {@link Submission.Kind#DURABLE} the task is on disk when this returns; for
   * {@link Submission.Kind#LIVE} nothing waits for a disk. The listener may be called before this
   * returns.
   *
   * @throws TaskRejectedException when nothing was started, with the reason
   */
  TaskTicket submit(Submission submission, TaskListener listener) throws TaskRejectedException;

  /** The task as it is now, if this gateway knows it and it belongs to the session. */
  Optional<TaskView> find(String sessionId, String taskId);

  /**
   * Follows a task that was submitted before, from the chunk after {@code afterSeq} (−1: from the
   * start). Chunks already made are delivered again from the journal.
   */
  Optional<TaskTicket> follow(
      String sessionId, String taskId, long afterSeq, TaskListener listener);

  /** Cancels; false when the task is unknown, of another session, or already ended. */
  boolean cancel(String sessionId, String taskId, String reason);

  /** The receipt's canonical JSON bytes, once the task completed. */
  Optional<byte[]> receipt(String taskId);
}
