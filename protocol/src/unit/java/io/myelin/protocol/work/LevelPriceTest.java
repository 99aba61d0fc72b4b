package io.myelin.protocol.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

class LevelPriceTest {
  private static final BigInteger INPUT_WEI = BigInteger.valueOf(3);
  private static final BigInteger OUTPUT_WEI = BigInteger.valueOf(10);

  @Test
  void aLevelCostsAsMuchAsItsNodes() {
    List<LevelPrice> usual = LevelPrice.table(INPUT_WEI, OUTPUT_WEI, 0);
    assertThat(usual).extracting(LevelPrice::level).containsExactly(VerificationLevel.values());
    assertThat(usual).extracting(LevelPrice::nodes).containsExactly(1, 1, 3, 1);
    assertThat(usual)
        .extracting(price -> price.totalWei(7, 20).intValueExact())
        .containsExactly(221, 221, 663, 221);
  }

  @Test
  void soManyNodesAsAreAskedForAndNoFewerThanALevelNeeds() {
    assertThat(LevelPrice.table(INPUT_WEI, OUTPUT_WEI, 1))
        .extracting(LevelPrice::nodes)
        .containsExactly(1, 1, 2, 1);
    assertThat(LevelPrice.table(INPUT_WEI, OUTPUT_WEI, 5))
        .extracting(LevelPrice::nodes)
        .containsOnly(5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LevelPrice(VerificationLevel.REDUNDANT, 1, INPUT_WEI, OUTPUT_WEI))
        .withMessage("nodes: 1 (expected: at least 2 at level redundant)");
  }
}
