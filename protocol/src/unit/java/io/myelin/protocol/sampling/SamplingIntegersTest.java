package io.myelin.protocol.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.v1.SamplingParams;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplingIntegersTest {

  @Test
  void shouldTurnParametersIntoIntegersExactly() {
    SamplingRule rule =
        SamplingIntegers.of(
            SamplingParams.newBuilder()
                .setTemperature(0.7)
                .setTopP(0.95)
                .setTopK(40)
                .setMinP(0.05)
                .setPresencePenalty(0.5)
                .setFrequencyPenalty(-0.1)
                .setRepeatPenalty(1.1)
                .setSeed(-3)
                .putLogitBias(7, -100)
                .putLogitBias(8, 0.25f)
                .build());
    assertThat(rule)
        .isEqualTo(
            new SamplingRule(
                -3,
                false,
                8644431,
                40,
                scaled("0.95", 32),
                scaled("0.05", 32),
                1 << 19,
                scaled("-0.1", 20),
                scaled("1.1", 20),
                Map.of(7, -100L << 20, 8, 1L << 18)));
    assertThat(rule.plain()).isFalse();
  }

  private static long scaled(String value, int bits) {
    return new BigDecimal(value)
        .multiply(BigDecimal.valueOf(1L << bits))
        .setScale(0, RoundingMode.HALF_EVEN)
        .longValueExact();
  }

  @Test
  void shouldLeaveOffWhatIsOff() {
    SamplingRule rule =
        SamplingIntegers.of(
            SamplingParams.newBuilder().setTopP(1).setRepeatPenalty(1).setTemperature(1).build());
    assertThat(rule)
        .isEqualTo(
            new SamplingRule(0, false, 6051102, 0, 0, 0, 0, 0, SamplingRule.NO_REPEAT, Map.of()));
    assertThat(rule.plain()).isTrue();
    assertThat(SamplingIntegers.of(SamplingParams.getDefaultInstance()).greedy()).isTrue();
    // So small a share is one token, not no bound.
    assertThat(SamplingIntegers.of(SamplingParams.newBuilder().setTopP(1e-300).build()).topPQ32())
        .isOne();
  }

  @Test
  void shouldRefuseWhatIsNoNumber() {
    assertThatThrownBy(
            () ->
                SamplingIntegers.of(SamplingParams.newBuilder().setTemperature(Double.NaN).build()))
        .hasMessageContaining("temperature: NaN (expected");
    assertThatThrownBy(
            () -> SamplingIntegers.of(SamplingParams.newBuilder().setPresencePenalty(1e9).build()))
        .hasMessageContaining("presence_penalty: 1.0E9");
  }
}
