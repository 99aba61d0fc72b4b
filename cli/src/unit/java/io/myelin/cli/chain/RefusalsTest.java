package io.myelin.cli.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.Bytes;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.MyelinToken;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.Parameters;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RefusalsTest {
  private static final BigInteger TOKEN = BigInteger.TEN.pow(18);

  private static String sentence(Bytes data) {
    return Refusals.sentence(new TransactionOutcome.Rejected(data, "would revert"));
  }

  @Test
  void contractsErrorsBecomeSentences() {
    assertThat(
            sentence(
                MyelinToken.ERC20InsufficientBalanceError.TYPE.encode(
                    List.of(Address.ZERO, TOKEN, TOKEN.add(TOKEN)))))
        .contains("the account has 1 MYL", "needed: 2 MYL");
    assertThat(
            sentence(
                ValidatorRegistry.StillBondedError.TYPE.encode(
                    List.of(BigInteger.valueOf(1_800_000_000L)))))
        .isEqualTo("the stake is locked until 2027-01-15 08:00:00 UTC");
    assertThat(
            sentence(
                InferencePayment.TooEarlyError.TYPE.encode(
                    List.of(BigInteger.valueOf(1_800_000_000L)))))
        .contains("too early", "2027-01-15");
    assertThat(
            sentence(
                Parameters.TooEarlyError.TYPE.encode(List.of(BigInteger.valueOf(1_800_000_000L)))))
        .contains("too early", "2027-01-15");
    assertThat(
            sentence(InferencePayment.TooEarlyError.TYPE.encode(List.of(BigInteger.TWO.pow(255)))))
        .contains("too early");
  }

  @Test
  void whyAnAppealIsNotHeard() {
    assertThat(
            sentence(
                NodePool.TooFewOthersError.TYPE.encode(
                    List.of(BigInteger.TWO, BigInteger.valueOf(3)))))
        .contains("2 owners could sit", "needed: 3", "no bond was taken");
    assertThat(
            sentence(
                NodePool.AppealOverError.TYPE.encode(List.of(BigInteger.valueOf(1_800_000_000L)))))
        .isEqualTo("the time for that was over at 2027-01-15 08:00:00 UTC");
    assertThat(sentence(NodePool.CutOpenError.TYPE.encode(List.of(BigInteger.ZERO))))
        .contains("set", "not made yet");
    assertThat(
            sentence(
                NodePool.CutOpenError.TYPE.encode(List.of(BigInteger.valueOf(1_800_000_000L)))))
        .endsWith("until 2027-01-15 08:00:00 UTC");
    List<String> phases = List.of("nothing", "not appealed", "appealed already", "back", "final");
    for (int phase = 0; phase < phases.size(); phase++) {
      assertThat(sentence(NodePool.WrongCutError.TYPE.encode(List.of(BigInteger.valueOf(phase)))))
          .contains(phases.get(phase));
    }
  }

  @Test
  void whatIsNotKnownIsShownAsItIs() {
    assertThat(sentence(Bytes.parse("0xdeadbeef"))).contains("deadbeef");
    assertThat(Refusals.sentence(new TransactionOutcome.Rejected(Bytes.EMPTY, "no ether for gas")))
        .isEqualTo("no ether for gas");
  }
}
