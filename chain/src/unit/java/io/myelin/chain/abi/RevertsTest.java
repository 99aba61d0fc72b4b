package io.myelin.chain.abi;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.Bytes;
import io.myelin.chain.RevertReason;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RevertsTest {
  private static final AbiError TOO_MUCH =
      new AbiError(
          "TooMuch",
          List.of(
              AbiParameter.of("asked", AbiType.parse("uint256")),
              AbiParameter.of("why", AbiType.parse("string"))));
  private static final Reverts REVERTS = new Reverts(List.of(TOO_MUCH));

  @Test
  void shouldNameACustomErrorsArguments() {
    RevertReason reason = REVERTS.decode(TOO_MUCH.encode(List.of(BigInteger.TEN, "so")));

    assertThat(reason.text()).isEqualTo("TooMuch(asked=10, why=so)");
    assertThat(TOO_MUCH.matches(reason)).isTrue();
    assertThat(((RevertReason.Custom) reason).argument("asked")).hasValue(BigInteger.TEN);
  }

  @Test
  void shouldKeepWhatItCannotRead() {
    for (String data : List.of("", "01", "08c379a0", "4e487b71ff", "deadbeef00")) {
      assertThat(REVERTS.decode(Bytes.parse(data)))
          .isEqualTo(new RevertReason.Unknown(Bytes.parse(data)));
    }
    Bytes cut = TOO_MUCH.encode(List.of(BigInteger.TEN, "so"));
    assertThat(REVERTS.decode(cut.slice(0, cut.size() - 32)))
        .isInstanceOf(RevertReason.Unknown.class);
  }
}
