package io.myelin.protocol.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class FixedExpProperties {

  @Property(tries = 2000)
  void shouldComputePowersOfTwoInIntegers(
      @ForAll @LongRange(min = 0, max = 1L << 38) long exponent) {
    double expected = Math.pow(2, -exponent / (double) FixedExp.ONE);
    assertThat(FixedExp.exp2Negative(exponent) / (double) FixedExp.ONE)
        .isCloseTo(expected, within(1e-7));
    assertThat(FixedExp.exp2Negative(exponent))
        .isGreaterThanOrEqualTo(FixedExp.exp2Negative(exponent + 1));
  }
}
