package io.myelin.engine.sampling;

import io.myelin.v1.SamplingParams;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the next token of one sequence. At temperature 0 the largest logit, equal ones by lower
 * id. Otherwise: the {@value #CANDIDATES} most likely tokens (and those a bias or penalty raised),
 * their quantised log-probabilities plus quantised penalties, then temperature, top_k, top_p, min_p
 * in this order, then one draw, all in integers. The draw depends on seed and position only, so a
 * sampler that accepted the same tokens goes on exactly like this one.
 */
public final class Sampler {
  /** Most candidates of a draw. */
  public static final int CANDIDATES = 256;

  // Below this a temperature is greedy: nothing but the best could be drawn.
  private static final double GREEDY_BELOW = 1e-4;
  private static final double LOG2_E = 1.4426950408889634;

  private final SamplingParams params;
  private final Penalties penalties;
  private final @Nullable LogitFilter filter;
  private final boolean greedy;
  private final long scale;
  private final int wanted;

  private record Candidate(int token, long q10) {}

  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingLong(Candidate::q10).reversed().thenComparingInt(Candidate::token);

  /**
   * A sampler at the start of the output.
   *
   * @param prompt the prompt's tokens, for the repeat penalty
   */
  public Sampler(SamplingParams params, int[] prompt, @Nullable LogitFilter filter) {
    this.params = params;
    this.penalties = new Penalties(params, prompt);
    this.filter = filter;
    this.greedy = params.getTemperature() < GREEDY_BELOW;
    // Quantised nats (Q10) times this are a power of two in Q32.
    this.scale = greedy ? 0 : (long) Math.rint(LOG2_E / params.getTemperature() * (1L << 22));
    boolean plain =
        filter == null
            && params.getLogitBiasCount() == 0
            && params.getPresencePenalty() == 0
            && params.getFrequencyPenalty() == 0
            && (params.getRepeatPenalty() == 0 || params.getRepeatPenalty() == 1);
    this.wanted =
        !plain
            ? CANDIDATES
            : greedy
                ? 1
                : params.getTopK() > 0 ? Math.min(params.getTopK(), CANDIDATES) : CANDIDATES;
  }

  /** How many ranked tokens {@link #choose} wants. */
  public int ranksWanted() {
    return wanted;
  }

  /** Takes note of a token of the output, from a delivered prefix or just chosen. */
  public void accept(int token) {
    penalties.accept(token);
    if (filter != null) {
      filter.accept(token);
    }
  }

  /**
   * Chooses the token of output position {@code position} (0 is the first).
   *
   * @throws IllegalStateException if the filter allows no token at all
   */
  public int choose(Distribution distribution, long position) {
    List<Candidate> candidates = candidates(distribution);
    if (greedy) {
      return candidates.getFirst().token();
    }
    return draw(candidates, CounterRandom.draw(params.getSeed(), position));
  }

  private List<Candidate> candidates(Distribution distribution) {
    for (int ranks = wanted; ; ranks *= 8) {
      if (distribution.rankedCount() < Math.min(ranks, distribution.size())) {
        distribution.rank(ranks);
      }
      List<Candidate> allowed = allowed(distribution, ranks);
      if (!allowed.isEmpty()) {
        return allowed;
      }
      if (ranks >= distribution.size()) {
        throw new IllegalStateException("the output constraint allows no token here");
      }
    }
  }

  private List<Candidate> allowed(Distribution distribution, int ranks) {
    int count = Math.min(ranks, distribution.rankedCount());
    List<Candidate> found = new ArrayList<>(Math.min(count, CANDIDATES) + 8);
    Set<Integer> boosted = new HashSet<>(penalties.boosted());
    for (int rank = 0; rank < count && found.size() < CANDIDATES; rank++) {
      int token = distribution.rankedToken(rank);
      boosted.remove(token);
      add(found, distribution, token);
    }
    for (int token : boosted) {
      if (token >= 0 && token < distribution.size()) {
        add(found, distribution, token);
      }
    }
    // Greedy without penalties keeps the ranks, which are exact; quantised values may tie.
    if (penalties.active() || !greedy) {
      found.sort(greedy ? exactOrder(distribution) : BEST_FIRST);
    }
    return found;
  }

  private void add(List<Candidate> found, Distribution distribution, int token) {
    if (filter != null && !filter.allows(token)) {
      return;
    }
    long q10 = distribution.logprobQ10(token);
    if (penalties.active()) {
      q10 +=
          Math.round(
              penalties.delta(token, distribution.logit(token)) * (double) Distribution.QUANTUM);
    }
    found.add(new Candidate(token, q10));
  }

  private Comparator<Candidate> exactOrder(Distribution distribution) {
    return Comparator.comparingDouble(
            (Candidate candidate) -> {
              float logit = distribution.logit(candidate.token());
              return -(logit + penalties.delta(candidate.token(), logit));
            })
        .thenComparingInt(Candidate::token);
  }

  private int draw(List<Candidate> sorted, long random) {
    int count = sorted.size();
    if (params.getTopK() > 0) {
      count = Math.min(count, params.getTopK());
    }
    long best = sorted.getFirst().q10();
    long[] weights = new long[count];
    long total = 0;
    for (int i = 0; i < count; i++) {
      // At most 2^27, so that times the largest scale (2^36) it fits a long.
      long below = Math.min(best - sorted.get(i).q10(), 1L << 26);
      weights[i] = FixedExp.exp2Negative(below * scale);
      total += weights[i];
    }
    double topP = params.getTopP();
    if (topP > 0 && topP < 1) {
      long enough = (long) Math.ceil(topP * total);
      long sum = 0;
      int kept = 0;
      while (kept < count && sum < enough) {
        sum += weights[kept++];
      }
      count = Math.max(1, kept);
      total = sum;
    }
    if (params.getMinP() > 0) {
      long least = (long) Math.ceil(params.getMinP() * FixedExp.ONE);
      while (count > 1 && weights[count - 1] < least) {
        total -= weights[--count];
      }
    }
    long point = Math.unsignedMultiplyHigh(random, total);
    int index = 0;
    while (index < count - 1 && point >= weights[index]) {
      point -= weights[index++];
    }
    return sorted.get(index).token();
  }
}
