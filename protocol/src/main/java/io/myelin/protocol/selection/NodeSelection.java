package io.myelin.protocol.selection;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Weighted sampling without replacement that anyone can recompute: integers only, and independent
 * of the order in which the candidates are given.
 *
 * <ol>
 *   <li>Drop candidates of weight 0; sort the others by address.
 *   <li>Draw r, unbiased, below the sum of the weights ({@link SelectionSeed} and purpose say how).
 *   <li>Walk the list, taking each weight from r; the first that does not fit is drawn.
 *   <li>Remove it, and with distinct owners all others of its owner; go on until enough are drawn
 *       or none is left.
 * </ol>
 */
public final class NodeSelection {
  /** Purpose of the draw that picks a session's nodes. */
  public static final String SESSION_NODES = "myelin/select/session-nodes/1";

  private NodeSelection() {}

  /** Whether several nodes of one owner may be drawn. */
  public enum Owners {
    /** One node per owner: a redundant set must not agree with itself. */
    DISTINCT,
    /** As many as come. */
    ANY
  }

  /**
   * Draws up to {@code count} candidates.
   *
   * @param purpose keeps draws from one seed independent of each other
   * @return in the order drawn; fewer than asked for when there are not enough
   * @throws IllegalArgumentException when the count is below 1, a node appears twice, or the
   *     weights sum beyond a long
   */
  public static List<Candidate> draw(
      SelectionSeed seed,
      String purpose,
      Collection<Candidate> candidates,
      int count,
      Owners owners) {
    if (count < 1) {
      throw new IllegalArgumentException("count: " + count + " (expected: >= 1)");
    }
    List<Candidate> left = canonical(candidates);
    long total = totalWeight(left);
    SeededDraw random = new SeededDraw(seed, purpose);
    List<Candidate> drawn = new ArrayList<>(Math.min(count, left.size()));
    while (drawn.size() < count && !left.isEmpty()) {
      Candidate next = at(left, random.below(total));
      drawn.add(next);
      left.removeIf(
          other ->
              owners == Owners.DISTINCT
                  ? other.owner().equals(next.owner())
                  : other.node().equals(next.node()));
      total = totalWeight(left);
    }
    return List.copyOf(drawn);
  }

  private static List<Candidate> canonical(Collection<Candidate> candidates) {
    List<Candidate> sorted = new ArrayList<>(candidates);
    sorted.sort(Comparator.comparing(Candidate::node));
    for (int i = 1; i < sorted.size(); i++) {
      if (sorted.get(i).node().equals(sorted.get(i - 1).node())) {
        throw new IllegalArgumentException(
            "candidates: " + sorted.get(i).node() + " twice (expected: each node once)");
      }
    }
    sorted.removeIf(candidate -> candidate.weight() == 0);
    return sorted;
  }

  private static Candidate at(List<Candidate> candidates, long point) {
    long left = point;
    for (Candidate candidate : candidates) {
      if (left < candidate.weight()) {
        return candidate;
      }
      left -= candidate.weight();
    }
    throw new IllegalStateException("point " + point + " lies beyond the sum of the weights");
  }

  private static long totalWeight(List<Candidate> candidates) {
    long total = 0;
    for (Candidate candidate : candidates) {
      if (total > Long.MAX_VALUE - candidate.weight()) {
        throw new IllegalArgumentException(
            "weights: their sum passes 2^63 - 1 (expected: a sum of 63 bits)");
      }
      total += candidate.weight();
    }
    return total;
  }
}
