package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.merkle.MerkleTree;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Who gets what of a session. Every part is rounded down; the treasury has what is left of what was
 * spent, the client what was not.
 *
 * @param settlement what is paid after the challenge window
 * @param spentWei what all seats earned together
 * @param validatorsWei what the validators who sign share; summed over a batch, then divided
 * @param treasuryWei the rest
 */
public record Split(
    Settlement settlement, BigInteger spentWei, BigInteger validatorsWei, BigInteger treasuryWei) {
  private static final BigInteger BPS = BigInteger.valueOf(10_000);
  private static final BigInteger COMPUTE_BPS = BigInteger.valueOf(8_000);
  private static final BigInteger GATEWAY_BPS = BigInteger.valueOf(1_000);
  private static final BigInteger VALIDATORS_BPS = BigInteger.valueOf(500);

  /**
   * The split of what a session's seats earned.
   *
   * @param receiptsRoot of the session's receipts
   * @param tasks how many receipts there are
   * @param earnedWei per seat, before the split
   * @param rescued whether a committee settles it in place of a gateway that is gone, which then
   *     gets no share and has no root held against it
   * @throws IllegalArgumentException when the contract would refuse it: not one amount per seat,
   *     more than the budget, more tasks than agreed, or something spent without a task
   */
  public static Split of(
      SessionBrief brief,
      Digest receiptsRoot,
      long tasks,
      List<BigInteger> earnedWei,
      boolean rescued) {
    SessionHead head = brief.head();
    Ranges.uint("tasks", tasks, 32);
    if (earnedWei.size() != brief.seats().size()) {
      throw new IllegalArgumentException(
          "earnedWei: "
              + earnedWei.size()
              + " amounts (expected: "
              + brief.seats().size()
              + ", one for each seat)");
    }
    earnedWei.forEach(wei -> Ranges.wei("earnedWei", wei));
    BigInteger spentWei = earnedWei.stream().reduce(BigInteger.ZERO, BigInteger::add);
    if (spentWei.compareTo(head.budgetWei()) > 0) {
      throw new IllegalArgumentException(
          "spentWei: " + spentWei + " (expected: at most " + head.budgetWei() + ", the budget)");
    }
    if (head.maxTasks() > 0 && tasks > head.maxTasks()) {
      throw new IllegalArgumentException(
          "tasks: " + tasks + " (expected: at most " + head.maxTasks() + ", as agreed)");
    }
    if (tasks == 0 && spentWei.signum() > 0) {
      throw new IllegalArgumentException(
          "spentWei: " + spentWei + " (expected: 0, as there was no task)");
    }
    List<BigInteger> nodeWei = new ArrayList<>(earnedWei.size());
    BigInteger nodesWei = BigInteger.ZERO;
    for (BigInteger earned : earnedWei) {
      BigInteger share = part(earned, COMPUTE_BPS);
      nodeWei.add(share);
      nodesWei = nodesWei.add(share);
    }
    BigInteger gatewayWei = rescued ? BigInteger.ZERO : part(spentWei, GATEWAY_BPS);
    BigInteger validatorsWei = part(spentWei, VALIDATORS_BPS);
    return new Split(
        new Settlement(
            Outcome.CLOSED,
            rescued ? MerkleTree.EMPTY_ROOT : receiptsRoot,
            earnedWei,
            nodeWei,
            gatewayWei,
            head.budgetWei().subtract(spentWei)),
        spentWei,
        validatorsWei,
        spentWei.subtract(nodesWei).subtract(gatewayWei).subtract(validatorsWei));
  }

  private static BigInteger part(BigInteger amountWei, BigInteger bps) {
    return amountWei.multiply(bps).divide(BPS);
  }
}
