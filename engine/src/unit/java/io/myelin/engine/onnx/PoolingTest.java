package io.myelin.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PoolingTest {
  private static final float[] THREE_TOKENS = {1, 2, 3, 6, 100, -100};

  @Test
  void theMeanLeavesPaddingOut() {
    assertThat(Pooling.mean(THREE_TOKENS, new long[] {1, 1, 0}, 2)).containsExactly(2, 4);
    assertThat(Pooling.mean(THREE_TOKENS, new long[] {0, 1, 0}, 2)).containsExactly(3, 6);
  }

  @Test
  void nothingToPoolIsNoDivisionByZero() {
    assertThat(Pooling.mean(THREE_TOKENS, new long[] {0, 0, 0}, 2)).containsExactly(0, 0);
    assertThat(Pooling.normalised(new double[] {0, 0})).containsExactly(0, 0);
  }

  @Test
  void aVectorGetsLengthOneAndKeepsItsDirection() {
    assertThat(Pooling.normalised(new double[] {3, -4})).containsExactly(0.6f, -0.8f);
    float[] unit = Pooling.normalised(new double[] {1e-7, 1e-7, 1e-7});
    assertThat(unit[0] * unit[0] + unit[1] * unit[1] + unit[2] * unit[2])
        .isCloseTo(1f, within(1e-6f));
  }

  @Test
  void anotherNumberOfStatesIsAnError() {
    assertThatThrownBy(() -> Pooling.mean(THREE_TOKENS, new long[] {1, 1}, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("6 numbers (expected: 2 tokens of 2)");
  }
}
