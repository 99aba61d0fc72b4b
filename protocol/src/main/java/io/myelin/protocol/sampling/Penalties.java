package io.myelin.protocol.sampling;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What biases and penalties make of a log-probability. Presence and frequency count the output
 * only, as OpenAI's API does; the repeat penalty looks at prompt and output.
 */
final class Penalties {
  // Far beyond any logit, and its negative is an int as well.
  private static final long MOST_Q10 = 1L << 30;

  private final SamplingRule rule;
  private final Map<Integer, Integer> counts = new HashMap<>();
  private final Set<Integer> seen = new HashSet<>();
  private final Set<Integer> boosted = new HashSet<>();

  Penalties(SamplingRule rule, Iterable<Integer> prompt) {
    this.rule = rule;
    rule.biasQ20()
        .forEach(
            (token, value) -> {
              if (value > 0) {
                boosted.add(token);
              }
            });
    if (rule.repeats()) {
      prompt.forEach(this::see);
    }
  }

  private void see(int token) {
    seen.add(token);
    if (rule.repeatQ20() < SamplingRule.NO_REPEAT) {
      boosted.add(token);
    }
  }

  void accept(int token) {
    if (rule.presenceQ20() != 0 || rule.frequencyQ20() != 0) {
      counts.merge(token, 1, Integer::sum);
      if (rule.presenceQ20() < 0 || rule.frequencyQ20() < 0) {
        boosted.add(token);
      }
    }
    if (rule.repeats()) {
      see(token);
    }
  }

  /** Whether any token is changed. */
  boolean active() {
    return !rule.biasQ20().isEmpty() || !counts.isEmpty() || !seen.isEmpty();
  }

  /** Tokens that may have risen from below the most likely ones. */
  Set<Integer> boosted() {
    return boosted;
  }

  /**
   * The log-probability after penalties, Q10.
   *
   * @param shiftQ10 added to a log-probability gives the raw logit
   */
  int adjusted(int token, int logprobQ10, int shiftQ10) {
    long changed = logprobQ10;
    if (seen.contains(token)) {
      long raw = (long) logprobQ10 + shiftQ10;
      changed += repeated(raw) - raw;
    }
    long addedQ20 = 0;
    Integer count = counts.get(token);
    if (count != null) {
      addedQ20 -= rule.presenceQ20() + rule.frequencyQ20() * count;
    }
    Long bias = rule.biasQ20().get(token);
    if (bias != null) {
      addedQ20 += bias;
    }
    changed += (addedQ20 + 512) >> 10;
    return (int) Math.clamp(changed, -MOST_Q10, MOST_Q10);
  }

  private long repeated(long rawQ10) {
    return rawQ10 > 0
        ? ((rawQ10 << 20) + rule.repeatQ20() / 2) / rule.repeatQ20()
        : (rawQ10 * rule.repeatQ20() + (SamplingRule.NO_REPEAT >> 1)) >> 20;
  }
}
