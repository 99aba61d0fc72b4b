package io.myelin.protocol.poi;

import io.myelin.protocol.sampling.Support;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.TopLogprob;
import java.util.List;
import java.util.OptionalInt;

/**
 * Whether two answers parted by rounding alone. Honest nodes of two kinds of processor compute
 * nearly the same numbers, so now and then one seed draws two neighbours, and from there on the
 * texts may mean anything. Up to that token the numbers that both signed say whether they ran the
 * same model on the same question.
 */
final class Rounding {
  /**
   * How far log-probabilities may be apart on average, nat times 1024: an eighth. Honest nodes of
   * two classes were measured at 0.011 to 0.078, another quantisation of the model at 0.15 or more.
   */
  static final int MOST_MEAN_Q10 = 128;

  /** More than that in all: the mean of two or three tokens scatters. */
  static final int SLACK_Q10 = 256;

  /** Of the tokens that each drew where the other did not; a single number scatters more. */
  static final int MOST_AT_PARTING_Q10 = 512;

  private Rounding() {}

  static boolean explains(WitnessedAnswer one, WitnessedAnswer other) {
    List<TokenLogprob> left = one.tokens();
    List<TokenLogprob> right = other.tokens();
    int most = Math.min(left.size(), right.size());
    long apart = 0;
    int same = 0;
    while (same < most && left.get(same).getToken() == right.get(same).getToken()) {
      apart += Math.abs((long) left.get(same).getLogprobQ10() - right.get(same).getLogprobQ10());
      same++;
    }
    if (same == most) {
      // One stops where the other goes on: no draw explains that.
      return false;
    }
    if (apart > (long) MOST_MEAN_Q10 * same + SLACK_Q10) {
      return false;
    }
    return isLikely(left.get(same), right.get(same), other.repeats())
        && isLikely(right.get(same), left.get(same), one.repeats());
  }

  /** Whether who drew {@code there} holds the token that was drawn here for as likely. */
  private static boolean isLikely(TokenLogprob here, TokenLogprob there, boolean repeats) {
    OptionalInt known = logprobQ10(here.getToken(), there, repeats);
    return known.isPresent()
        && Math.abs((long) known.getAsInt() - here.getLogprobQ10()) <= MOST_AT_PARTING_Q10;
  }

  private static OptionalInt logprobQ10(int token, TokenLogprob signed, boolean repeats) {
    for (TopLogprob top : signed.getTopList()) {
      if (top.getToken() == token) {
        return OptionalInt.of(top.getLogprobQ10());
      }
    }
    try {
      Support support = Support.decode(signed.getSupport(), repeats);
      int at = support.find(token);
      return at < 0 ? OptionalInt.empty() : OptionalInt.of(support.logprobQ10(at));
    } catch (IllegalArgumentException | ArithmeticException e) {
      // Its own lie, which an exact check finds.
      return OptionalInt.empty();
    }
  }
}
