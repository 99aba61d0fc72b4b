package io.myelin.protocol.usefulness;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How well one tells good answers from bad ones: of all pairs of a good and a bad planted answer
 * the share in which the good one got the better mark, ties counting half (the statistic of Mann
 * and Whitney, <i>On a Test of Whether one of Two Random Variables is Stochastically Larger</i>,
 * Annals of Mathematical Statistics 18, 1947).
 *
 * @param thousandths 500 is guessing, 1,000 is always right
 * @param pairs how many were compared
 */
public record Reliability(int thousandths, int pairs) {
  /** Below this nobody's marks count: it would take luck, or spite. */
  public static final int LEAST_THOUSANDTHS = 800;

  /** Fewer than these say too little. */
  public static final int LEAST_PAIRS = 9;

  /** Of nobody who marked a planted answer. */
  public static final Reliability UNKNOWN = new Reliability(0, 0);

  /** Checks. */
  public Reliability {
    if (thousandths < 0 || thousandths > 1_000) {
      throw new IllegalArgumentException("thousandths: " + thousandths + " (expected: 0 to 1000)");
    }
    if (pairs < 0) {
      throw new IllegalArgumentException("pairs: " + pairs + " (expected: >= 0)");
    }
  }

  /**
   * From marks.
   *
   * @param good marks of planted answers that are good, 0 to 1,000 each
   * @param bad of those that are not
   */
  public static Reliability of(List<Integer> good, List<Integer> bad) {
    if (good.isEmpty() || bad.isEmpty()) {
      return UNKNOWN;
    }
    long halves = 0;
    for (int better : good) {
      for (int worse : bad) {
        halves += better > worse ? 2 : better == worse ? 1 : 0;
      }
    }
    int pairs = Math.multiplyExact(good.size(), bad.size());
    return new Reliability((int) ((halves * 1_000 + pairs) / (2L * pairs)), pairs);
  }

  /**
   * Of one who marked planted answers: the lowest of each source that says enough, so that care
   * with those that are known again is of no use.
   *
   * @param planted as they were sent
   * @param marks for them, in the same order
   */
  public static Reliability of(
      Criterion criterion, List<PlantedAnswer> planted, List<Marks> marks) {
    if (planted.size() != marks.size()) {
      throw new IllegalArgumentException(
          "marks: " + marks.size() + " (expected: one for each of " + planted.size() + ")");
    }
    Optional<Reliability> lowest = Optional.empty();
    for (PlantedAnswer.Source source : PlantedAnswer.Source.values()) {
      Reliability one = of(criterion, planted, marks, Set.of(source));
      if (one.pairs() >= LEAST_PAIRS
          && lowest.filter(low -> low.thousandths() <= one.thousandths()).isEmpty()) {
        lowest = Optional.of(one);
      }
    }
    return lowest.orElseGet(
        () -> of(criterion, planted, marks, Set.of(PlantedAnswer.Source.values())));
  }

  private static Reliability of(
      Criterion criterion,
      List<PlantedAnswer> planted,
      List<Marks> marks,
      Set<PlantedAnswer.Source> sources) {
    List<Integer> good = new ArrayList<>();
    List<Integer> bad = new ArrayList<>();
    for (int i = 0; i < marks.size(); i++) {
      PlantedAnswer.Flaw flaw = planted.get(i).flaw();
      if (!sources.contains(planted.get(i).source())) {
        continue;
      }
      if (flaw == PlantedAnswer.Flaw.NONE) {
        good.add(marks.get(i).of(criterion));
      } else if (criterion.minds(flaw)) {
        bad.add(marks.get(i).of(criterion));
      }
    }
    return of(good, bad);
  }

  /** Whether marks of who did so count. */
  public boolean counts() {
    return pairs >= LEAST_PAIRS && thousandths >= LEAST_THOUSANDTHS;
  }
}
