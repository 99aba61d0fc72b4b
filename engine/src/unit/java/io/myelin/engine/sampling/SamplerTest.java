package io.myelin.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.myelin.v1.SamplingParams;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final int[] NO_PROMPT = {};

  private static Distribution of(float... logits) {
    Distribution distribution = new Distribution(logits.length, new ScalarLogitKernel());
    System.arraycopy(logits, 0, distribution.buffer(), 0, logits.length);
    distribution.refresh(5);
    return distribution;
  }

  private static int greedy(
      SamplingParams.Builder params, Distribution distribution, int... output) {
    Sampler sampler = new Sampler(params.setTemperature(0).build(), NO_PROMPT, null);
    for (int token : output) {
      sampler.accept(token);
    }
    return sampler.choose(distribution, output.length);
  }

  @Test
  void shouldTakeTheLowestOfEqualLogitsWhenGreedy() {
    assertThat(greedy(SamplingParams.newBuilder(), of(1, 3, 3, 2))).isEqualTo(1);
  }

  @Test
  void shouldTakeTheLowestOfLogitsThatQuantiseAlikeWhenGreedy() {
    assertThat(greedy(SamplingParams.newBuilder(), of(1, 3, 3.00001f, 2))).isEqualTo(1);
    assertThat(greedy(SamplingParams.newBuilder().putLogitBias(0, -1), of(1, 3, 3.00001f, 2)))
        .isEqualTo(1);
    assertThat(greedy(SamplingParams.newBuilder(), of(1, 3, 3.01f, 2))).isEqualTo(2);
    float[] alike = new float[200];
    for (int i = 0; i < alike.length; i++) {
      alike[i] = i * 1e-8f;
    }
    assertThat(greedy(SamplingParams.newBuilder(), of(alike))).isZero();
  }

  @Test
  void shouldQuantiseTheModelsOwnLogprobs() {
    Distribution distribution = of(0, (float) Math.log(3));
    assertThat(distribution.logprobQ10(0)).isEqualTo((int) Math.rint(Math.log(0.25) * 1024));
    assertThat(distribution.logprobQ10(1)).isEqualTo((int) Math.rint(Math.log(0.75) * 1024));
    assertThat(of(0, Float.NEGATIVE_INFINITY).logprobQ10(1)).isEqualTo(Distribution.LOWEST_Q10);
  }

  @Test
  void shouldRefuseLogitsThatAreNoNumbers() {
    assertThatThrownBy(() -> of(0, Float.NaN)).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> of(Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void shouldDrawAsOftenAsTheProbabilitiesSay() {
    float[] logits = {0, 1, 2, -1};
    for (double temperature : new double[] {0.5, 1, 2}) {
      Distribution distribution = of(logits);
      SamplingParams params =
          SamplingParams.newBuilder().setTemperature(temperature).setSeed(42).build();
      Sampler sampler = new Sampler(params, NO_PROMPT, null);
      distribution.refresh(sampler.ranksWanted());
      int draws = 40_000;
      int[] counts = new int[logits.length];
      for (int position = 0; position < draws; position++) {
        counts[sampler.choose(distribution, position)]++;
      }
      double total = 0;
      for (float logit : logits) {
        total += Math.exp(logit / temperature);
      }
      for (int token = 0; token < logits.length; token++) {
        assertThat(counts[token] / (double) draws)
            .isCloseTo(Math.exp(logits[token] / temperature) / total, within(0.01));
      }
    }
  }

  @Test
  void shouldCountPenaltiesOverTheOutput() {
    Distribution distribution = of(2.0f, 1.9f, 1.0f);
    assertThat(greedy(SamplingParams.newBuilder().setPresencePenalty(0.5), distribution, 0))
        .isEqualTo(1);
    assertThat(greedy(SamplingParams.newBuilder().setFrequencyPenalty(0.04), distribution, 0, 0))
        .isEqualTo(0);
    assertThat(greedy(SamplingParams.newBuilder().setFrequencyPenalty(0.04), distribution, 0, 0, 0))
        .isEqualTo(1);
    assertThat(greedy(SamplingParams.newBuilder().setRepeatPenalty(1.2), distribution, 0))
        .isEqualTo(1);
    assertThat(greedy(SamplingParams.newBuilder().setPresencePenalty(-2), distribution, 2))
        .isEqualTo(2);
    Sampler seenInPrompt =
        new Sampler(SamplingParams.newBuilder().setRepeatPenalty(2).build(), new int[] {0}, null);
    assertThat(seenInPrompt.choose(distribution, 0)).isEqualTo(1);
  }

  @Test
  void shouldRaiseATokenFromFarBelowByItsBias() {
    float[] logits = new float[1000];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = -i;
    }
    Distribution distribution = of(logits);
    assertThat(greedy(SamplingParams.newBuilder().putLogitBias(60, 100), distribution))
        .isEqualTo(60);
    SamplingParams sampled =
        SamplingParams.newBuilder().setTemperature(1).putLogitBias(990, 1000).build();
    assertThat(new Sampler(sampled, NO_PROMPT, null).choose(distribution, 0)).isEqualTo(990);
  }

  private static LogitFilter only(IntPredicate allowed, List<Integer> accepted) {
    return new LogitFilter() {
      @Override
      public boolean allows(int token) {
        return allowed.test(token);
      }

      @Override
      public void accept(int token) {
        accepted.add(token);
      }
    };
  }

  @Test
  void shouldSearchAsDeepAsAFilterNeeds() {
    float[] logits = new float[5000];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = -i / 100f;
    }
    List<Integer> accepted = new ArrayList<>();
    for (double temperature : new double[] {0, 1}) {
      SamplingParams params = SamplingParams.newBuilder().setTemperature(temperature).build();
      Sampler deep = new Sampler(params, NO_PROMPT, only(token -> token == 4321, accepted));
      assertThat(deep.choose(of(logits), 0)).isEqualTo(4321);
      Sampler none = new Sampler(params, NO_PROMPT, only(token -> false, accepted));
      assertThatThrownBy(() -> none.choose(of(logits), 0)).hasMessageContaining("allows no token");
    }
    new Sampler(SamplingParams.getDefaultInstance(), NO_PROMPT, only(token -> true, accepted))
        .accept(7);
    assertThat(accepted).containsExactly(7);
  }
}
