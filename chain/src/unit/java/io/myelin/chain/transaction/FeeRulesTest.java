package io.myelin.chain.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.FeeMarket;
import io.myelin.chain.Fees;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

final class FeeRulesTest {
  private static final SenderPolicy POLICY = SenderPolicy.standard();

  private static BigInteger wei(long value) {
    return BigInteger.valueOf(value);
  }

  @Test
  void shouldOfferTwiceTheBaseFeeAndTheTip() {
    assertThat(FeeRules.first(new FeeMarket(wei(1000), wei(7)), POLICY))
        .isEqualTo(new Fees(wei(2007), wei(7)));
  }

  @Test
  void shouldNeverOfferMoreThanTheCeiling() {
    assertThat(FeeRules.first(new FeeMarket(wei(1000), wei(700)), POLICY.atMost(wei(500))))
        .isEqualTo(new Fees(wei(500), wei(500)));
  }

  @Test
  void shouldReplaceWithAtLeastAnEighthMoreInBothParts() {
    Fees old = new Fees(wei(1001), wei(9));
    assertThat(FeeRules.replacing(old, new FeeMarket(wei(1), wei(1)), POLICY))
        .hasValue(new Fees(wei(1127), wei(11)));
  }

  @Test
  void shouldReplaceWithWhatTheMarketWantsWhenThatIsMore() {
    Fees old = new Fees(wei(1000), wei(10));
    assertThat(FeeRules.replacing(old, new FeeMarket(wei(5000), wei(20)), POLICY))
        .hasValue(new Fees(wei(10_020), wei(20)));
  }

  @Test
  void shouldNotReplaceAboveTheCeiling() {
    Fees old = new Fees(wei(1000), wei(10));
    assertThat(FeeRules.replacing(old, new FeeMarket(wei(1), wei(1)), POLICY.atMost(wei(1100))))
        .isEmpty();
  }
}
