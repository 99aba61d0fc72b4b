package io.myelin.gateway.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.gateway.chain.Conduct;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each kind makes of what was proven; over the chain in {@code CheatingGatewaysIT}. */
class GatewayFaultTest {
  private static final List<BigInteger> EARNED = List.of(BigInteger.ONE, BigInteger.TEN);

  @Test
  void shouldReadWhatItIsCalled() {
    for (GatewayFault fault :
        List.of(
            new GatewayFault.Inflate(),
            new GatewayFault.DropReceipts(),
            new GatewayFault.Favour())) {
      assertThat(GatewayFault.parse(fault.label())).isEqualTo(fault);
      assertThat(GatewayFault.SYNTAX).contains(fault.label());
    }
    assertThatThrownBy(() -> GatewayFault.parse("lie"))
        .hasMessage("fault: lie (expected: one of inflate, drop-receipts, favour)");
  }

  @Test
  void shouldClaimTwiceWhatWasEarned() {
    assertThat(new GatewayFault.Inflate().conduct().claimed(EARNED))
        .containsExactly(BigInteger.TWO, BigInteger.valueOf(20));
    assertThat(Conduct.HONEST.claimed(EARNED)).isEqualTo(EARNED);
  }
}
