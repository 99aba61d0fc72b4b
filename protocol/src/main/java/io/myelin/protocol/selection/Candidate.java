package io.myelin.protocol.selection;

import io.myelin.protocol.ids.Address;

/**
 * A node that may be drawn.
 *
 * @param node its key
 * @param owner who owns it; several nodes may have the same owner
 * @param weight chance relative to the others; 0 is never drawn
 */
public record Candidate(Address node, Address owner, long weight) {
  public Candidate {
    if (weight < 0) {
      throw new IllegalArgumentException("weight of " + node + ": " + weight + " (expected: >= 0)");
    }
  }
}
