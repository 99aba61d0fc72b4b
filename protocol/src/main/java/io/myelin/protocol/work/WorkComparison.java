package io.myelin.protocol.work;

import io.myelin.protocol.sampling.Support;
import io.myelin.protocol.work.WorkFinding.Kind;
import io.myelin.protocol.work.WorkFinding.Lie;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.TopLogprob;
import java.util.List;
import java.util.Optional;

/** Holds what a node signed for each token against what a checker's model says of it. */
public final class WorkComparison {
  private WorkComparison() {}

  /**
   * For one equivalence class: every number must be the same, those of the support too, so that one
   * which leaves a candidate out is found as well.
   *
   * @param own the checker's, for the same tokens
   * @return the first difference
   */
  public static Optional<Lie> firstDifference(List<TokenLogprob> signed, List<TokenLogprob> own) {
    for (int i = 0; i < signed.size(); i++) {
      TokenLogprob node = signed.get(i);
      TokenLogprob checker = own.get(i);
      if (node.getLogprobQ10() != checker.getLogprobQ10()) {
        return lie(
            i,
            "log-probability of token %d: %d/1024 (expected: %d/1024)"
                .formatted(node.getToken(), node.getLogprobQ10(), checker.getLogprobQ10()));
      }
      if (!sameAlternatives(node, checker)) {
        return lie(i, "alternatives: others than the model's");
      }
      if (!node.getSupport().equals(checker.getSupport())) {
        return lie(
            i,
            "support: %d bytes, not the model's %d"
                .formatted(node.getSupport().size(), checker.getSupport().size()));
      }
    }
    return Optional.empty();
  }

  private static boolean sameAlternatives(TokenLogprob node, TokenLogprob checker) {
    if (node.getTopCount() != checker.getTopCount()) {
      return false;
    }
    for (int i = 0; i < node.getTopCount(); i++) {
      TopLogprob one = node.getTop(i);
      TopLogprob other = checker.getTop(i);
      if (one.getToken() != other.getToken() || one.getLogprobQ10() != other.getLogprobQ10()) {
        return false;
      }
    }
    return true;
  }

  /** The text of each token is the vocabulary's, whatever computed its probability. */
  public static Optional<Lie> firstOtherText(List<TokenLogprob> signed, List<TokenLogprob> own) {
    for (int i = 0; i < signed.size(); i++) {
      if (!signed.get(i).getText().equals(own.get(i).getText())) {
        return Optional.of(
            new Lie(
                Kind.MALFORMED,
                i,
                "text of token %d: %d bytes, not the vocabulary's %d"
                    .formatted(
                        signed.get(i).getToken(),
                        signed.get(i).getText().size(),
                        own.get(i).getText().size())));
      }
    }
    return Optional.empty();
  }

  /**
   * How far apart both are, for checkers of another class.
   *
   * @param signed at least one
   * @param own the checker's, for the same tokens, with supports
   * @param withShift whether the request has a repeat penalty
   */
  public static WorkScore distance(
      List<TokenLogprob> signed, List<TokenLogprob> own, boolean withShift) {
    long sum = 0;
    int worst = 0;
    int outside = 0;
    for (int i = 0; i < signed.size(); i++) {
      int far = Math.abs(signed.get(i).getLogprobQ10() - own.get(i).getLogprobQ10());
      sum += far;
      worst = Math.max(worst, far);
      outside += likely(own.get(i), withShift) ? 0 : 1;
    }
    return new WorkScore(signed.size(), sum / (double) signed.size(), worst, outside);
  }

  private static boolean likely(TokenLogprob own, boolean withShift) {
    return own.getTopList().stream().anyMatch(one -> one.getToken() == own.getToken())
        || (!own.getSupport().isEmpty()
            && Support.decode(own.getSupport(), withShift).find(own.getToken()) >= 0);
  }

  private static Optional<Lie> lie(int position, String detail) {
    return Optional.of(new Lie(Kind.LOGPROBS, position, detail));
  }
}
