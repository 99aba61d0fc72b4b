package io.myelin.gateway.journal;

import com.google.protobuf.ByteString;
import io.myelin.gateway.session.TokenPrice;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.GenerationResult;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * A task as the journal holds it.
 *
 * @param id 64 hex digits
 * @param submission what the client asked for
 * @param terms what its machine was started with, as the protocol's codec writes it
 * @param price what was agreed when it was submitted
 * @param holdWei most it can cost, set aside of its session's budget
 * @param weights SHA-256 of the weights that its primary announced, once known
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
    String terms,
    TokenPrice price,
    BigInteger holdWei,
    @Nullable ByteString weights,
    String state,
    long endedAtMillis,
    @Nullable GenerationResult result,
    @Nullable EmbeddingResult embedding,
    @Nullable TaskFailure failure) {

  /** A task just taken in. */
  public static TaskRow queued(
      String id,
      Submission submission,
      long createdAtMillis,
      String terms,
      TokenPrice price,
      BigInteger holdWei) {
    return new TaskRow(
        id,
        submission,
        createdAtMillis,
        terms,
        price,
        holdWei,
        null,
        "queued",
        0,
        null,
        null,
        null);
  }
}
