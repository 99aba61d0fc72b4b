package io.myelin.gateway.task;

import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.GenerationResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A task as it is now.
 *
 * @param state queued, dispatched, acked, precommitted, committed, validated, completed, failed,
 *     cancelled
 * @param nodes ids (addresses) of the nodes it was offered to, the primary first
 * @param text output so far
 * @param result counts, once completed
 * @param failure why, once failed or cancelled
 */
public record TaskView(
    String taskId,
    String sessionId,
    String model,
    String state,
    String clientReference,
    long createdAtMillis,
    long endedAtMillis,
    List<String> nodes,
    String text,
    @Nullable GenerationResult result,
    @Nullable EmbeddingResult embedding,
    @Nullable TaskFailure failure) {}
