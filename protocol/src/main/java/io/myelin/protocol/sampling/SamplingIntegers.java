package io.myelin.protocol.sampling;

import io.myelin.v1.SamplingParams;
import java.util.HashMap;
import java.util.Map;

/**
 * Turns a request's parameters into integers: the one place of this package where doubles are.
 * Every step is a single IEEE operation or {@link Math#rint}, so all machines agree.
 */
public final class SamplingIntegers {
  // Below this a temperature is greedy: nothing but the best could be drawn.
  private static final double GREEDY_BELOW = 1e-4;
  private static final double LOG2_E = 1.4426950408889634;
  private static final double MOST = 1e6;

  private SamplingIntegers() {}

  /**
   * The parameters as integers.
   *
   * @throws IllegalArgumentException if one is not a number or beyond all sense; engines refuse
   *     those and more
   */
  public static SamplingRule of(SamplingParams params) {
    double temperature = checked("temperature", params.getTemperature());
    boolean greedy = temperature < GREEDY_BELOW;
    double repeat = checked("repeat_penalty", params.getRepeatPenalty());
    double topP = checked("top_p", params.getTopP());
    double minP = checked("min_p", params.getMinP());
    Map<Integer, Long> bias = new HashMap<>();
    params
        .getLogitBiasMap()
        .forEach((token, value) -> bias.put(token, fixed("logit_bias", value, 20)));
    return new SamplingRule(
        params.getSeed(),
        greedy,
        greedy ? 0 : (long) Math.rint(LOG2_E / temperature * (1L << 22)),
        Math.max(0, params.getTopK()),
        topP > 0 && topP < 1 ? Math.max(1, fixed("top_p", topP, 32)) : 0,
        minP > 0 ? fixed("min_p", minP, 32) : 0,
        fixed("presence_penalty", params.getPresencePenalty(), 20),
        fixed("frequency_penalty", params.getFrequencyPenalty(), 20),
        repeat == 0
            ? SamplingRule.NO_REPEAT
            : Math.max(1, fixed("repeat_penalty", Math.abs(repeat), 20)),
        bias);
  }

  private static long fixed(String name, double value, int bits) {
    return (long) Math.rint(checked(name, value) * (1L << bits));
  }

  private static double checked(String name, double value) {
    if (!(Math.abs(value) <= MOST)) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: a number from -1e6 to 1e6)");
    }
    return value;
  }
}
