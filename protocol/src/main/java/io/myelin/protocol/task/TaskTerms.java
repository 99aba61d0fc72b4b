package io.myelin.protocol.task;

import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import java.util.Objects;

/**
 * What is fixed when a task is submitted.
 *
 * @param redundancy nodes that run it (k), the primary included
 * @param streams whether the primary's output is relayed in chunks (a generation) rather than
 *     handed over whole with its commitment (an embedding)
 * @param deadlineAtMillis when the task must have ended
 * @param maxAttempts most offers over all nodes: a prompt that kills engines must not kill them all
 * @param start the stream's beginning: no chunk, the chain's first head
 */
public record TaskTerms(
    TaskId taskId,
    SessionId sessionId,
    int redundancy,
    boolean streams,
    long deadlineAtMillis,
    int maxAttempts,
    Delivered start,
    TaskTimings timings) {

  /** Checks ranges. */
  public TaskTerms {
    Objects.requireNonNull(taskId, "taskId");
    Objects.requireNonNull(sessionId, "sessionId");
    Objects.requireNonNull(timings, "timings");
    if (redundancy < 1 || redundancy > 16) {
      throw new IllegalArgumentException("redundancy: " + redundancy + " (expected: 1..16)");
    }
    if (maxAttempts < redundancy) {
      throw new IllegalArgumentException(
          "maxAttempts: " + maxAttempts + " (expected: >= redundancy, " + redundancy + ")");
    }
    if (start.chunks() != 0 || start.tokens() != 0) {
      throw new IllegalArgumentException("start: " + start + " (expected: no chunks, no tokens)");
    }
  }
}
