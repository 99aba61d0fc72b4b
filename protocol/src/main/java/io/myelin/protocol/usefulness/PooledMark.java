package io.myelin.protocol.usefulness;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What several say of one answer. The median, so that fewer than half of those who count can move
 * it no further than to what another of them said (P. J. Huber, <i>Robust Statistics</i>, 1981:
 * breakdown point 1/2).
 *
 * @param thousandths the median; of an even number the lower of the middle two
 * @param spreadThousandths the median distance from it
 * @param members whose marks counted
 */
public record PooledMark(int thousandths, int spreadThousandths, int members) {

  /**
   * One member's mark.
   *
   * @param thousandths 0 to 1,000
   * @param reliability of the member, by planted answers
   */
  public record MemberMark(int thousandths, Reliability reliability) {
    /** Checks. */
    public MemberMark {
      if (thousandths < 0 || thousandths > 1_000) {
        throw new IllegalArgumentException(
            "thousandths: " + thousandths + " (expected: 0 to 1000)");
      }
    }
  }

  /** Pools those that count; empty when none does. */
  public static Optional<PooledMark> of(List<MemberMark> marks) {
    List<Integer> counting =
        marks.stream()
            .filter(mark -> mark.reliability().counts())
            .map(MemberMark::thousandths)
            .toList();
    if (counting.isEmpty()) {
      return Optional.empty();
    }
    int median = median(counting);
    List<Integer> distances = counting.stream().map(mark -> Math.abs(mark - median)).toList();
    return Optional.of(new PooledMark(median, median(distances), counting.size()));
  }

  private static int median(List<Integer> values) {
    List<Integer> sorted = new ArrayList<>(values);
    sorted.sort(Comparator.naturalOrder());
    return sorted.get((sorted.size() - 1) / 2);
  }
}
