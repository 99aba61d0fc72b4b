package io.myelin.protocol.receipt;

import io.myelin.protocol.ids.Address;

/**
 * A run of chunks that one node delivered. Only chunks that carried tokens or text are numbered,
 * from 0 over all nodes.
 *
 * @param node that delivered it, whether or not it lived to commit
 * @param attempt of the offer it served, from 1
 * @param firstChunk number of its first chunk
 * @param chunks how many, at least 1
 * @param tokens in them together
 */
public record Segment(Address node, int attempt, int firstChunk, int chunks, int tokens) {
  public Segment {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt: " + attempt + " (expected: >= 1)");
    }
    if (firstChunk < 0) {
      throw new IllegalArgumentException("firstChunk: " + firstChunk + " (expected: >= 0)");
    }
    if (chunks < 1) {
      throw new IllegalArgumentException("chunks: " + chunks + " (expected: >= 1)");
    }
    if (tokens < 0) {
      throw new IllegalArgumentException("tokens: " + tokens + " (expected: >= 0)");
    }
  }
}
