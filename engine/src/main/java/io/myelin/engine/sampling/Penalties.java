package io.myelin.engine.sampling;

import io.myelin.v1.SamplingParams;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What biases and penalties add to a logit. Presence and frequency count the output only, as
 * OpenAI's API does; the repeat penalty looks at prompt and output.
 */
final class Penalties {
  private final double presence;
  private final double frequency;
  private final double repeat;
  private final Map<Integer, Float> bias;
  private final Map<Integer, Integer> counts = new HashMap<>();
  private final Set<Integer> seen = new HashSet<>();
  private final Set<Integer> boosted = new HashSet<>();

  Penalties(SamplingParams params, int[] prompt) {
    this.presence = params.getPresencePenalty();
    this.frequency = params.getFrequencyPenalty();
    this.repeat = params.getRepeatPenalty() == 0 ? 1 : params.getRepeatPenalty();
    this.bias = params.getLogitBiasMap();
    bias.forEach(
        (token, value) -> {
          if (value > 0) {
            boosted.add(token);
          }
        });
    if (repeat != 1) {
      for (int token : prompt) {
        see(token);
      }
    }
  }

  private void see(int token) {
    seen.add(token);
    if (repeat < 1) {
      boosted.add(token);
    }
  }

  void accept(int token) {
    if (presence != 0 || frequency != 0) {
      counts.merge(token, 1, Integer::sum);
      if (presence < 0 || frequency < 0) {
        boosted.add(token);
      }
    }
    if (repeat != 1) {
      see(token);
    }
  }

  /** Whether any token's logit is changed. */
  boolean active() {
    return !bias.isEmpty() || !counts.isEmpty() || !seen.isEmpty();
  }

  /** Tokens that may have risen from below the most likely ones. */
  Set<Integer> boosted() {
    return boosted;
  }

  /** What to add to the raw logit of {@code token}. */
  double delta(int token, float logit) {
    double changed = logit;
    if (seen.contains(token)) {
      changed = changed > 0 ? changed / repeat : changed * repeat;
    }
    Integer count = counts.get(token);
    if (count != null) {
      changed -= presence + frequency * count;
    }
    Float biased = bias.get(token);
    if (biased != null) {
      changed += biased;
    }
    return changed - logit;
  }
}
