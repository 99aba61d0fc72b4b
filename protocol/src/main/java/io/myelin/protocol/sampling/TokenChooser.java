package io.myelin.protocol.sampling;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.Set;

/**
 * The rule that chooses a token, for one sequence. Log-probabilities after penalties are sorted,
 * equal ones by lower id; the {@value #CANDIDATES} best are candidates. Greedy takes the first.
 * Otherwise temperature, top_k, top_p, min_p in this order, then one draw. The draw depends on seed
 * and position only, so a chooser that accepted the same tokens goes on exactly like this one.
 */
public final class TokenChooser {
  /**
   * Names this rule, and the form of what is signed of it, in equivalence classes. Another name is
   * due with every change that could choose another token or sign other bytes: whoever follows
   * another rule cannot be judged by this one.
   */
  public static final String NAME = "rule-1";

  /** Most candidates of a draw. */
  public static final int CANDIDATES = 256;

  /** At least so many of the most likely tokens are looked at, so that all signed ones are. */
  private static final int LEAST_RANKS = 20;

  // Times the largest scale it still fits a long.
  private static final long FARTHEST = 1L << 26;

  private final SamplingRule rule;
  private final Penalties penalties;
  private long[] keys = new long[264];
  private long[] sorted = new long[264];
  private final long[] weights = new long[CANDIDATES];
  private ByteString kept = ByteString.EMPTY;

  /**
   * At the start of the output.
   *
   * @param prompt the prompt's tokens; read only for a repeat penalty
   */
  public TokenChooser(SamplingRule rule, Iterable<Integer> prompt) {
    this.rule = rule;
    this.penalties = new Penalties(rule, prompt);
  }

  /** What it follows. */
  public SamplingRule rule() {
    return rule;
  }

  /**
   * How many of the most likely tokens have to be among the candidates.
   *
   * @param filtered whether some of them may be forbidden
   */
  public int ranksWanted(boolean filtered) {
    if (filtered || !rule.plain()) {
      return CANDIDATES;
    }
    if (rule.greedy()) {
      return 1;
    }
    return rule.topK() == 0 ? CANDIDATES : Math.clamp(rule.topK(), LEAST_RANKS, CANDIDATES);
  }

  /** Whether penalties change anything now. */
  public boolean penalised() {
    return penalties.active();
  }

  /** Further candidates: tokens that may have risen from below the most likely ones. */
  public Set<Integer> boosted() {
    return penalties.boosted();
  }

  /** Takes note of a token of the output, from a delivered prefix or just chosen. */
  public void accept(int token) {
    penalties.accept(token);
  }

  /**
   * Chooses the token of output position {@code position}; 0 is the first of the whole output.
   *
   * @param candidates at least one
   */
  public int choose(Support candidates, long position) {
    int size = candidates.size();
    if (size == 0) {
      throw new IllegalArgumentException("candidates: none (expected: at least one)");
    }
    order(candidates);
    int counted;
    int token;
    if (rule.greedy()) {
      counted = 1;
      while (counted < Math.min(size, CANDIDATES) && value(counted) == value(0)) {
        counted++;
      }
      token = (int) sorted[0];
    } else {
      counted = weigh(size);
      token = (int) sorted[draw(counted, CounterRandom.draw(rule.seed(), position))];
    }
    keep(candidates, counted);
    return token;
  }

  /**
   * The candidates that the last choice turned on, as bytes. Choosing among these and any others of
   * that choice's candidates gives the same token.
   */
  public ByteString kept() {
    return kept;
  }

  private void order(Support candidates) {
    int size = candidates.size();
    if (keys.length < size) {
      keys = new long[size * 2];
      sorted = new long[size * 2];
    }
    boolean plain = !penalties.active();
    for (int i = 0; i < size; i++) {
      int token = candidates.token(i);
      int value = candidates.logprobQ10(i);
      keys[i] =
          Support.key(
              token, plain ? value : penalties.adjusted(token, value, candidates.shiftQ10()));
    }
    System.arraycopy(keys, 0, sorted, 0, size);
    Arrays.sort(sorted, 0, size);
  }

  private long value(int index) {
    return -(sorted[index] >> 32);
  }

  /** Works out weights and says how many candidates have one. */
  private int weigh(int size) {
    int most = Math.min(size, CANDIDATES);
    if (rule.topK() > 0) {
      most = Math.min(most, rule.topK());
    }
    int count = 0;
    for (; count < most; count++) {
      long below = Math.min(value(0) - value(count), FARTHEST);
      long weight = FixedExp.exp2Negative(below * rule.scale());
      if (weight == 0) {
        break;
      }
      weights[count] = weight;
    }
    return count;
  }

  private int draw(int candidates, long random) {
    int count = candidates;
    long total = 0;
    for (int i = 0; i < count; i++) {
      total += weights[i];
    }
    if (rule.topPQ32() > 0 && rule.topPQ32() < FixedExp.ONE) {
      long enough = share(rule.topPQ32(), total);
      long sum = 0;
      int few = 0;
      while (few < count && (sum < enough || few == 0)) {
        sum += weights[few++];
      }
      count = few;
      total = sum;
    }
    if (rule.minPQ32() > 0) {
      while (count > 1 && weights[count - 1] < rule.minPQ32()) {
        total -= weights[--count];
      }
    }
    long point = Math.unsignedMultiplyHigh(random, total);
    int index = 0;
    while (index < count - 1 && point >= weights[index]) {
      point -= weights[index++];
    }
    return index;
  }

  /** A Q32 share of a total, rounded up. */
  private static long share(long shareQ32, long total) {
    long low = shareQ32 * total;
    long high = Math.multiplyHigh(shareQ32, total);
    return (high << 32 | low >>> 32) + ((low & 0xFFFFFFFFL) == 0 ? 0 : 1);
  }

  private void keep(Support candidates, int counted) {
    long last = sorted[counted - 1];
    int count = 0;
    for (int i = 0; i < candidates.size(); i++) {
      if (keys[i] <= last) {
        sorted[count++] = Support.key(candidates.token(i), candidates.logprobQ10(i));
      }
    }
    kept = Support.encode(sorted, count, rule.repeats(), candidates.shiftQ10());
  }
}
