package io.myelin.compute.task;

import io.myelin.protocol.ids.Digest;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationResult;
import org.jspecify.annotations.Nullable;

/**
 * What an attempt brought forth.
 *
 * @param streamHead head of the hash chain over the whole stream
 * @param outputDigest SHA-256 of the whole text, or of the embeddings as serialised
 * @param result counts and reason
 * @param evidence what a generation keeps, or null for an embedding
 * @param embedding the vectors, or null for a generation
 */
public record TaskOutput(
    Digest streamHead,
    Digest outputDigest,
    GenerationResult result,
    @Nullable Evidence evidence,
    @Nullable EmbeddingResult embedding) {}
