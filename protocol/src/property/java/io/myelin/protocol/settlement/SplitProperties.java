package io.myelin.protocol.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.merkle.MerkleTree;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

final class SplitProperties {
  private static final Digest ROOT = TestingTasks.named("root");

  static SessionBrief brief(int seats, BigInteger budgetWei, long maxTasks) {
    return new SessionBrief(
        SessionId.of(TestingTasks.named("session").bytes()),
        new SessionHead(Address.ZERO, Address.ZERO, Address.ZERO, budgetWei, 1, maxTasks),
        Collections.nCopies(seats, new PaidSeat(Address.ZERO, Address.ZERO)),
        Digest.ZERO);
  }

  private static BigInteger sum(List<BigInteger> amounts) {
    return amounts.stream().reduce(BigInteger.ZERO, BigInteger::add);
  }

  @Property(tries = 500)
  void partsAddUpToTheBudgetAndNobodyOwes(
      @ForAll @Size(min = 1, max = 16)
          List<@BigRange(min = "0", max = "340282366920938463463374607431768211") BigInteger>
              earnedWei,
      @ForAll @BigRange(min = "0", max = "34028236692093846346337460743176821") BigInteger unspent,
      @ForAll boolean rescued) {
    BigInteger spentWei = sum(earnedWei);
    BigInteger budgetWei = spentWei.add(unspent);
    Split split = Split.of(brief(earnedWei.size(), budgetWei, 0), ROOT, 1, earnedWei, rescued);
    Settlement settlement = split.settlement();

    assertThat(
            sum(settlement.nodeWei())
                .add(settlement.gatewayWei())
                .add(split.validatorsWei())
                .add(split.treasuryWei())
                .add(settlement.clientWei()))
        .isEqualTo(budgetWei);
    assertThat(settlement.nodeWei()).allMatch(wei -> wei.signum() >= 0);
    assertThat(split.treasuryWei().signum()).isNotNegative();
    assertThat(settlement.clientWei()).isEqualTo(unspent);
    assertThat(split.spentWei()).isEqualTo(spentWei);
    assertThat(settlement.gatewayWei())
        .isEqualTo(rescued ? BigInteger.ZERO : spentWei.divide(BigInteger.TEN));
    assertThat(settlement.receiptsRoot()).isEqualTo(rescued ? MerkleTree.EMPTY_ROOT : ROOT);
  }

  @Property(tries = 100)
  void refusesWhatTheContractWould(
      @ForAll @IntRange(min = 1, max = 16) int seats,
      @ForAll @IntRange(min = 1, max = 1_000_000) int budget) {
    BigInteger budgetWei = BigInteger.valueOf(budget);
    List<BigInteger> nothing = Collections.nCopies(seats, BigInteger.ZERO);
    List<BigInteger> tooMuch = Collections.nCopies(seats, budgetWei.add(BigInteger.ONE));
    SessionBrief brief = brief(seats, budgetWei, 3);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Split.of(brief, ROOT, 1, tooMuch, false))
        .withMessageContaining("the budget");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Split.of(brief, ROOT, 4, nothing, false))
        .withMessageContaining("tasks: 4 (expected: at most 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Split.of(brief(1, budgetWei, 0), ROOT, 0, List.of(BigInteger.ONE), false))
        .withMessageContaining("no task");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Split.of(brief, ROOT, 1, nothing.subList(1, seats), false))
        .withMessageContaining("one for each seat");
    assertThat(Split.of(brief, ROOT, 3, nothing, false).settlement().clientWei())
        .isEqualTo(budgetWei);
  }
}
