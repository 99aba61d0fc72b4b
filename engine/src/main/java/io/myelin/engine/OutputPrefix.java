package io.myelin.engine;

import java.util.List;

/**
 * Output that was already delivered, by whichever node.
 *
 * @param tokens the delivered token ids, in order
 * @param text exactly their text
 * @param nextSeq sequence number of the next chunk
 */
public record OutputPrefix(List<Integer> tokens, String text, int nextSeq) {

  /** Nothing delivered yet. */
  public static final OutputPrefix NONE = new OutputPrefix(List.of(), "", 0);

  /** Checks that the parts fit each other. */
  public OutputPrefix {
    tokens = List.copyOf(tokens);
    if (nextSeq < 0 || (tokens.isEmpty() && nextSeq > 0)) {
      throw new IllegalArgumentException(
          "nextSeq: " + nextSeq + " (expected: 0 without tokens, else >= 0)");
    }
  }
}
