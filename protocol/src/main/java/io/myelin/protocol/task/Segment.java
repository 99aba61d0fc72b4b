package io.myelin.protocol.task;

import io.myelin.protocol.ids.Address;

/**
 * The part of the delivered stream that one offer produced: chunks {@code fromChunk} (inclusive) to
 * {@code toChunk} (exclusive).
 */
public record Segment(Address node, int attempt, int fromChunk, int toChunk) {}
