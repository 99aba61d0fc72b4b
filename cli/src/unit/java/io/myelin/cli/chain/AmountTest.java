package io.myelin.cli.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AmountTest {

  @ParameterizedTest
  @CsvSource({
    "12.5, 12500000000000000000",
    "12.5 MYL, 12500000000000000000",
    "12.5myl, 12500000000000000000",
    "1000wei, 1000",
    "1000 WEI, 1000",
    "0, 0",
    "0.000000000000000001, 1",
    "' 7 ', 7000000000000000000"
  })
  void readsWhatPeopleType(String text, BigInteger wei) {
    assertThat(Amount.parse(text).wei()).isEqualTo(wei);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1",
        "1e3",
        "1,5",
        ".5",
        "5.",
        "0.0000000000000000001",
        "1.5wei",
        "MYL",
        "1 ETH",
        "340282366920938463464"
      })
  void refusesWhatIsNoAmount(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Amount.parse(text));
  }

  @Test
  void showsEveryDigitAndTheWei() {
    assertThat(Amount.show(new BigInteger("12500000000000000007")))
        .isEqualTo("12.500000000000000007 MYL (12500000000000000007 wei)");
    assertThat(Amount.show(BigInteger.TEN.pow(21)))
        .isEqualTo("1000 MYL (" + "1" + "0".repeat(21) + " wei)");
    assertThat(Amount.show(BigInteger.ZERO)).isEqualTo("0 MYL (0 wei)");
    assertThat(Amount.showEther(BigInteger.ONE)).isEqualTo("0.000000000000000001 ether (1 wei)");
    assertThat(Amount.parse(Amount.decimal(BigInteger.TWO.pow(127))).wei())
        .isEqualTo(BigInteger.TWO.pow(127));
  }

  @Test
  void showsTimesAsPeopleReadThem() {
    assertThat(Times.at(1_800_000_000L)).isEqualTo("2027-01-15 08:00:00 UTC");
    assertThat(Times.at(1_800_000_000L, 1_799_999_000L)).endsWith("(in 16 min 40 s)");
    assertThat(Times.at(1_800_000_000L, 1_800_090_000L)).endsWith("(1 d 1 h ago)");
    assertThat(Times.span(86_400 * 14)).isEqualTo("14 d");
    assertThat(Times.span(0)).isEqualTo("0 s");
  }
}
