package io.myelin.protocol.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.settlement.FraudCut.Phase;
import java.math.BigInteger;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.LongRange;

final class FraudCutProperties {
  private static final long DAY = 86_400;

  @Property
  void anAppealCostsATwentiethAndNeverNothing(
      @ForAll @BigRange(min = "0", max = "1000000000000000000000000000") BigInteger cutWei,
      @ForAll @BigRange(min = "0", max = "1000000000000000000000000000") BigInteger leastStakeWei) {
    FraudCut cut = new FraudCut(Phase.LOCKED, cutWei, 0, 3);
    BigInteger bond = cut.bondWei(leastStakeWei);
    assertThat(bond).isPositive();
    BigInteger of =
        cutWei.max(leastStakeWei.multiply(BigInteger.valueOf(3)).divide(BigInteger.TEN));
    assertThat(bond).isEqualTo(of.divide(BigInteger.valueOf(20)).max(BigInteger.ONE));
  }

  @Property
  void itIsOpenForThreeDaysAndAnAppealNeverShorterThanItsSet(
      @ForAll @LongRange(max = 4_000_000_000L) long since,
      @ForAll @LongRange(min = 1, max = 4_000_000_000L) long madeAt) {
    FraudCut locked = new FraudCut(Phase.LOCKED, BigInteger.ONE, since, 3);
    assertThat(locked.openUntil(madeAt)).hasValue(since + 3 * DAY);
    FraudCut appealed = new FraudCut(Phase.APPEALED, BigInteger.ONE, since, 3);
    assertThat(appealed.openUntil(0)).isEmpty();
    long until = appealed.openUntil(madeAt).orElseThrow();
    assertThat(until).isGreaterThanOrEqualTo(since + 3 * DAY);
    assertThat(until).isGreaterThanOrEqualTo(madeAt + 3 * DAY);
    assertThat(until).isIn(since + 3 * DAY, madeAt + 3 * DAY);
    long unshownFrom = FraudCut.unshownFromSeconds(until);
    assertThat(unshownFrom - Math.max(since, madeAt)).isEqualTo(36 * 3_600);
    assertThat(until - unshownFrom).isEqualTo(36 * 3_600);
  }

  @Example
  void whatIsEndedIsNotOpen() {
    Phase[] phases = Phase.values();
    for (int number = 0; number < phases.length; number++) {
      Phase phase = Phase.of(number);
      assertThat(phase).isEqualTo(phases[number]);
      assertThat(new FraudCut(phase, BigInteger.ZERO, 1, 1).openUntil(1).isPresent())
          .isEqualTo(phase.isOpen());
    }
    assertThatIllegalArgumentException().isThrownBy(() -> Phase.of(5)).withMessageContaining("5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FraudCut(Phase.NONE, BigInteger.ONE.negate(), 0, 0));
  }
}
