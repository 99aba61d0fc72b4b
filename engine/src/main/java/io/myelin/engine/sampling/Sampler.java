package io.myelin.engine.sampling;

import com.google.protobuf.ByteString;
import io.myelin.protocol.sampling.SamplingIntegers;
import io.myelin.protocol.sampling.Support;
import io.myelin.protocol.sampling.TokenChooser;
import io.myelin.v1.SamplingParams;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the next token of one sequence: gathers the candidates of a distribution that the
 * sequence's filter allows, and has {@link TokenChooser} choose. A sampler that accepted the same
 * tokens goes on exactly like this one.
 */
public final class Sampler {
  /** Most candidates of a draw. */
  public static final int CANDIDATES = TokenChooser.CANDIDATES;

  private final TokenChooser chooser;
  private final @Nullable LogitFilter filter;
  private final Support candidates = new Support();
  private final boolean greedy;
  private final boolean repeats;
  private final int wanted;

  /**
   * A sampler at the start of the output.
   *
   * @param prompt the prompt's tokens, for the repeat penalty
   * @throws IllegalArgumentException if a parameter is no sensible number
   */
  public Sampler(SamplingParams params, int[] prompt, @Nullable LogitFilter filter) {
    this.chooser = new TokenChooser(SamplingIntegers.of(params), boxed(prompt));
    this.filter = filter;
    this.greedy = chooser.rule().greedy();
    this.repeats = chooser.rule().repeats();
    this.wanted = chooser.ranksWanted(filter != null);
  }

  private static List<Integer> boxed(int[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** How many ranked tokens {@link #choose} wants. */
  public int ranksWanted() {
    return wanted;
  }

  /** Takes note of a token of the output, from a delivered prefix or just chosen. */
  public void accept(int token) {
    chooser.accept(token);
    if (filter != null) {
      filter.accept(token);
    }
  }

  /** Whether the filter allows {@code token} now. */
  public boolean allows(int token) {
    return filter == null || filter.allows(token);
  }

  /**
   * Chooses the token of output position {@code position} (0 is the first).
   *
   * @throws IllegalStateException if the filter allows no token at all
   */
  public int choose(Distribution distribution, long position) {
    for (int ranks = wanted; ; ranks *= 8) {
      if (distribution.rankedCount() < Math.min(ranks, distribution.size())) {
        distribution.rank(ranks);
      }
      if (gather(distribution, ranks)) {
        return chooser.choose(candidates, position);
      }
      if (ranks >= distribution.size()) {
        throw new IllegalStateException("the output constraint allows no token here");
      }
    }
  }

  /** What the last choice turned on, as it is signed. */
  public ByteString support() {
    return chooser.kept();
  }

  /** Collects candidates; says whether no deeper rank can matter. */
  private boolean gather(Distribution distribution, int ranks) {
    candidates.clear();
    if (repeats) {
      candidates.shift(distribution.shiftQ10());
    }
    boolean best = greedy && !chooser.penalised();
    int count = best ? distribution.rankedCount() : Math.min(ranks, distribution.rankedCount());
    Set<Integer> boosted = chooser.penalised() ? new HashSet<>(chooser.boosted()) : Set.of();
    for (int rank = 0; rank < count && candidates.size() < CANDIDATES; rank++) {
      int token = distribution.rankedToken(rank);
      if (!boosted.isEmpty()) {
        boosted.remove(token);
      }
      int logprobQ10 = distribution.logprobQ10(token);
      if (best && candidates.size() > 0 && logprobQ10 < candidates.logprobQ10(0)) {
        return true;
      }
      if (allows(token)) {
        candidates.add(token, logprobQ10);
      }
    }
    for (int token : boosted) {
      if (token >= 0 && token < distribution.size() && allows(token)) {
        candidates.add(token, distribution.logprobQ10(token));
      }
    }
    // Greedy among equals takes the lowest id, so it must have seen all of them.
    boolean all = ranks >= distribution.size() || candidates.size() >= CANDIDATES;
    return candidates.size() > 0 && (!best || all);
  }
}
