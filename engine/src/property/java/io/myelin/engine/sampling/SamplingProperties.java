package io.myelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.myelin.v1.SamplingParams;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** The loops over logits and the draw, over random distributions. */
class SamplingProperties {

  private static float[] logits(Random random, int size) {
    float[] values = new float[size];
    double spread = 1 + random.nextInt(12);
    for (int i = 0; i < size; i++) {
      // Quarters, so that equal logits are common.
      values[i] = Math.round(random.nextGaussian() * spread * 4) / 4f;
    }
    if (random.nextInt(4) == 0) {
      values[random.nextInt(size)] = Float.NEGATIVE_INFINITY;
      values[0] = 3;
    }
    return values;
  }

  @Property(tries = 60)
  void shouldGiveTheSameBitsWithAndWithoutVectors(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 9000) int size) {
    float[] values = logits(new Random(seed), size);
    LogitKernel scalar = new ScalarLogitKernel();
    LogitKernel vector = new VectorLogitKernel();
    float max = scalar.max(values, size);

    assertThat(vector.max(values, size)).isEqualTo(max);
    double sum = scalar.sumExp(values, size, max);
    assertThat(Double.doubleToRawLongBits(vector.sumExp(values, size, max)))
        .isEqualTo(Double.doubleToRawLongBits(sum));
    double reference = 0;
    for (float value : values) {
      reference += Math.exp((double) value - max);
    }
    assertThat(sum / reference).isCloseTo(1, within(1e-5));

    TopTokens first = new TopTokens();
    TopTokens second = new TopTokens();
    first.reset(37);
    second.reset(37);
    scalar.top(values, size, first);
    vector.top(values, size, second);
    int[] expected =
        IntStream.range(0, size)
            .filter(id -> values[id] > Float.NEGATIVE_INFINITY)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer id) -> -values[id]).thenComparing(id -> id))
            .limit(37)
            .mapToInt(Integer::intValue)
            .toArray();
    assertThat(first.drain()).isEqualTo(expected);
    assertThat(second.drain()).isEqualTo(expected);
  }

  @Property(tries = 300)
  void shouldDrawOnlyWhatTheFiltersLeave(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 20) int topK,
      @ForAll @DoubleRange(min = 0.05, max = 1) double topP,
      @ForAll @DoubleRange(min = 0, max = 0.9) double minP,
      @ForAll @DoubleRange(min = 0.2, max = 2) double temperature) {
    Random random = new Random(seed);
    Distribution distribution = new Distribution(300, new ScalarLogitKernel());
    float[] values = logits(random, 300);
    System.arraycopy(values, 0, distribution.buffer(), 0, 300);
    SamplingParams params =
        SamplingParams.newBuilder()
            .setTemperature(temperature)
            .setTopK(topK)
            .setTopP(topP)
            .setMinP(minP)
            .setSeed(seed)
            .build();
    Sampler sampler = new Sampler(params, new int[0], null);
    distribution.refresh(sampler.ranksWanted());
    for (int position = 0; position < 20; position++) {
      int token = sampler.choose(distribution, position);
      assertThat(distribution.ranked()).contains(token);
      int best = distribution.rankedToken(0);
      double ratio = Math.exp((values[token] - values[best]) / temperature);
      assertThat(ratio).isGreaterThanOrEqualTo(minP * 0.995 - 1e-9);
      double above = 0;
      double total = 0;
      for (int rank = 0; rank < Math.min(topK, distribution.rankedCount()); rank++) {
        double weight =
            Math.exp((values[distribution.rankedToken(rank)] - values[best]) / temperature);
        total += weight;
        if (values[distribution.rankedToken(rank)] > values[token]) {
          above += weight;
        }
      }
      assertThat(above / total).isLessThanOrEqualTo(topP + 0.01);
      assertThat(new Sampler(params, new int[0], null).choose(distribution, position))
          .isEqualTo(token);
    }
  }
}
