package io.myelin.committee.proposal;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.selection.Candidate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The pool as a draw was made from it: every node with a free slot is in one of the two lists.
 *
 * @param candidates that could be drawn, sorted by node; weight 1 each until reputation counts
 * @param absent that were left out, each with the reason
 */
public record PoolView(List<Candidate> candidates, List<Absent> absent) {
  /** Most characters of a reason. */
  public static final int MAX_REASON = 200;

  /** Sorts and copies. */
  public PoolView {
    List<Candidate> sorted = new ArrayList<>(candidates);
    sorted.sort(Comparator.comparing(Candidate::node));
    candidates = List.copyOf(sorted);
    absent = List.copyOf(absent);
  }

  /**
   * A node with a free slot that could not be drawn.
   *
   * @param reason for people, 1 to 200 characters: not connected, or without the model
   */
  public record Absent(Address node, String reason) {
    /** Checks the reason. */
    public Absent {
      if (reason.isBlank() || reason.length() > MAX_REASON) {
        throw new IllegalArgumentException(
            "reason of %s: %d characters (expected: 1 to %d)"
                .formatted(node, reason.length(), MAX_REASON));
      }
    }
  }
}
