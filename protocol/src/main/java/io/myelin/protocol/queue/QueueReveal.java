package io.myelin.protocol.queue;

import com.google.protobuf.ByteString;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;

/**
 * What a node revealed of its work.
 *
 * @param attempt the offer's number
 * @param finishReason the number in {@code task.proto}
 * @param output the answer, where it went on chain; else empty
 */
public record QueueReveal(
    int attempt,
    Address node,
    boolean primary,
    Digest streamHead,
    Digest outputDigest,
    Digest evidenceDigest,
    long promptTokens,
    long outputTokens,
    int finishReason,
    ByteString output) {}
