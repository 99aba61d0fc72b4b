package io.myelin.gateway.task;

import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.GenerationResult;
import org.jspecify.annotations.Nullable;

/**
 * How a completed task ended.
 *
 * @param generation counts and finish reason of a generation, else null
 * @param embedding the vectors of an embedding, else null
 * @param receiptDigestHex SHA-256 of the receipt
 */
public record TaskOutcome(
    @Nullable GenerationResult generation,
    @Nullable EmbeddingResult embedding,
    String receiptDigestHex) {}
