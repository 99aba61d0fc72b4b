package io.myelin.gateway.journal;

import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.GenerationResult;
import org.jspecify.annotations.Nullable;

/**
 * A task as the journal holds it.
 *
 * @param id 64 hex digits
 * @param submission what the client asked for
 * @param deadlineMillis when it fails if it has not ended (Unix time)
 * @param state of the task machine, in lower case
 * @param endedAtMillis 0 while it runs
 * @param result counts, once completed
 * @param embedding vectors, once completed
 * @param failure why, once failed or cancelled
 */
public record TaskRow(
    String id,
    Submission submission,
    long createdAtMillis,
    long deadlineMillis,
    String state,
    long endedAtMillis,
    @Nullable GenerationResult result,
    @Nullable EmbeddingResult embedding,
    @Nullable TaskFailure failure) {

  /** A task just taken in. */
  public static TaskRow queued(
      String id, Submission submission, long createdAtMillis, long deadlineMillis) {
    return new TaskRow(
        id, submission, createdAtMillis, deadlineMillis, "queued", 0, null, null, null);
  }
}
