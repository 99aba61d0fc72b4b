package io.myelin.gateway.journal;

import com.google.protobuf.ByteString;
import io.myelin.gateway.session.TaskUsage;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.protocol.ids.Address;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.GenerationResult;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a task ended: written in one transaction, so that a receipt, what it counts and the task's
 * final state are in the journal together or not at all.
 *
 * @param state completed, failed or cancelled
 * @param usage what is counted to the session, or null for nothing
 * @param earned what each node earns with it; empty when nothing is proven by a receipt
 * @param receipt canonical JSON, or null when there is none
 * @param receiptDigest SHA-256 of {@code receipt}, or null
 */
public record TaskEnd(
    String state,
    long atMillis,
    @Nullable TaskFailure failure,
    @Nullable GenerationResult result,
    @Nullable EmbeddingResult embedding,
    @Nullable TaskUsage usage,
    List<Earned> earned,
    @Nullable ByteString receipt,
    @Nullable ByteString receiptDigest) {

  /** Copies. */
  public TaskEnd {
    earned = List.copyOf(earned);
  }

  /** What a node earns with one task, before the split. */
  public record Earned(Address node, BigInteger amountWei) {}
}
